using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Pipeline.Folders;

namespace Factory.Core.Pipeline.Records;

/// <summary>What a run left behind, for readers.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Status">The verdict; PENDING while there is none.</param>
/// <param name="Report">FINAL_REPORT.txt, absolute, or null when there is none.</param>
public sealed record RunRecord(RunFolder Folder, RunStatus Status, string? Report)
{
    /// <summary>Finds the run that a request names, or the newest.</summary>
    /// <exception cref="FactoryException">There is no repository, no such run, or its verdict cannot be read.</exception>
    public static async Task<RunRecord> FindAsync(RunRequest request, CancellationToken cancellationToken)
    {
        var id = RunOpening.ParseId(request.RunId);
        var location = await RunsLocation.FindAsync(request.Repository, request.ConfigFile, request.Environment, cancellationToken).ConfigureAwait(false);
        return Read(RunFolder.Find(location.RunsDirectory, id));
    }

    /// <summary>Reads what the run in a folder left behind.</summary>
    /// <exception cref="FactoryException">Its verdict cannot be read.</exception>
    public static RunRecord Read(RunFolder folder) => new(folder, ReadStatus(folder), File.Exists(folder.Report) ? folder.Report : null);

    private static RunStatus ReadStatus(RunFolder folder)
    {
        var file = Path.Combine(folder.Integrator, BundleFile.Status);
        try
        {
            return File.Exists(file) ? FactoryJson.Read<StatusDocument>(File.ReadAllBytes(file)).Status : RunOpening.ReadManifest(folder).Status;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(BlockerKind.Schema, $"the verdict of {folder.Id} cannot be read: {error.Message}", "restore the file from a backup, or integrate the run again", file, inner: error);
        }
    }
}
