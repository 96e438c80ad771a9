using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Pipeline.Folders;

namespace Factory.Core.Pipeline;

/// <summary>A run as its own folder tells it; what the ledger says about it is another question.</summary>
/// <param name="Status">The verdict; PENDING while there is none.</param>
/// <param name="RunId">The run.</param>
/// <param name="Kind">The kind of run.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="EndedAt">When its verdict was written, or null.</param>
/// <param name="BaseRef">The revision that the workers started from, as it was given.</param>
/// <param name="BaseCommit">The commit that it named.</param>
/// <param name="Workers">The workers, in ordinal order.</param>
/// <param name="Errors">What stood in the way, in the words of the integrator's STATUS.json.</param>
/// <param name="RunDir">The run's folder, absolute.</param>
/// <param name="Report">FINAL_REPORT.txt, absolute, or null when there is none.</param>
/// <param name="Ledger">The ledger that holds its events, absolute.</param>
public sealed record RunSummary(
    RunStatus Status,
    string RunId,
    string Kind,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(Rfc3339Converter))] DateTimeOffset? EndedAt,
    string BaseRef,
    string BaseCommit,
    IReadOnlyList<string> Workers,
    IReadOnlyList<string> Errors,
    string RunDir,
    string? Report,
    string Ledger)
{
    /// <summary>The runs of a runs folder, newest first. A folder in which no manifest was written yet is no run.</summary>
    public static IEnumerable<RunFolder> FindFolders(string runsDirectory) => RunFolder.List(runsDirectory)
        .Reverse()
        .Select(id => new RunFolder(runsDirectory, id))
        .Where(folder => File.Exists(folder.Manifest));

    /// <summary>Reads one run.</summary>
    /// <exception cref="FactoryException">Its manifest or its verdict cannot be read; the message names the file.</exception>
    public static RunSummary Read(RunFolder folder)
    {
        var manifest = RunOpening.ReadManifest(folder);
        var verdict = ReadVerdict(folder);
        return new RunSummary(
            verdict?.Status ?? manifest.Status,
            folder.Id.Text,
            manifest.Kind,
            Time(manifest.CreatedAt, folder.Manifest),
            verdict is { EndedAt: { } ended } ? Time(ended, VerdictFile(folder)) : null,
            manifest.BaseRef,
            manifest.BaseRefHash,
            manifest.Workers,
            verdict?.Errors ?? [],
            folder.Path,
            File.Exists(folder.Report) ? folder.Report : null,
            new LedgerPaths(folder.RunsDirectory).Ledger);
    }

    private static string VerdictFile(RunFolder folder) => Path.Combine(folder.Integrator, BundleFile.Status);

    private static StatusDocument? ReadVerdict(RunFolder folder)
    {
        var file = VerdictFile(folder);
        try
        {
            return File.Exists(file) ? FactoryJson.Read<StatusDocument>(File.ReadAllBytes(file)) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw Unreadable(file, error.Message, error);
        }
    }

    private static DateTimeOffset Time(string text, string file) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw Unreadable(file, $"'{text}' is not a time", null);

    private static FactoryException Unreadable(string file, string why, Exception? inner) =>
        new(BlockerKind.Schema, $"{file} cannot be read: {why}", "restore the file from a backup; the ledger tells what the run did: factory ledger --run-id", file, inner: inner);
}
