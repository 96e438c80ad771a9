using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;

namespace Factory.Cli;

/// <summary>What a verb works from.</summary>
/// <param name="Parsed">The command line.</param>
/// <param name="Globals">The global options.</param>
/// <param name="Screen">Where words for people go.</param>
/// <param name="Cancellation">Cancelled by Ctrl+C and SIGTERM.</param>
internal sealed record VerbContext(ParseResult Parsed, GlobalOptions Globals, Screen Screen, CancellationToken Cancellation)
{
    /// <summary>The request that the global options make.</summary>
    public RunRequest Request(string? runId = null) => new()
    {
        Repository = Path.GetFullPath(Parsed.GetValue(Globals.Repo)!),
        ConfigFile = Parsed.GetValue(Globals.Config) is { } file ? Path.GetFullPath(file) : null,
        RunId = runId,
    };

    /// <summary>The runs of the repository, for verbs that can do without one; null when there is none.</summary>
    public Task<RunsLocation?> FindRunsAsync()
    {
        var request = Request();
        return RunsLocation.FindOrNullAsync(request.Repository, request.ConfigFile, request.Environment, Cancellation);
    }
}
