using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

/// <summary>What a run may not change, and what in it is the run's own.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Run">The run.</param>
/// <param name="BranchPrefix">What the branches of runs begin with, without <c>refs/heads/</c>.</param>
/// <param name="RunsDirectory">The folder of all runs, absolute.</param>
/// <param name="WorktreesDirectory">The folder of the workers' worktrees, absolute.</param>
/// <param name="Inputs">Further files that runs are made from, absolute: the configuration, prompts, ignored files that are copied.</param>
public sealed record EscapeGround(
    GitRepository Repository, RunId Run, string BranchPrefix, string RunsDirectory, string WorktreesDirectory, IReadOnlyList<string> Inputs)
{
    private readonly DateTime _since = DateTime.UtcNow;

    // A folder's time is no proof: whoever makes an earlier run's folder anew makes it a newer one.
    private readonly HashSet<string> _earlier = Directory.Exists(RunsDirectory) ? [.. Directory.EnumerateDirectories(RunsDirectory).Select(folder => Path.GetFileName(folder))] : [];

    /// <summary>Whether a ref is this run's own.</summary>
    public bool IsOwn(string reference) => Prefixes.Any(prefix => reference.StartsWith($"{prefix}{Run}/", StringComparison.Ordinal));

    /// <summary>Whether a ref belongs to a run that began after this one. Refs of earlier runs are evidence, and nobody's to change.</summary>
    public bool IsOfNewerRun(string reference)
    {
        foreach (var prefix in Prefixes)
        {
            if (!reference.StartsWith(prefix, StringComparison.Ordinal)) continue;
            var name = reference[prefix.Length..].Split('/')[0];
            return RunId.TryParse(name, out _) && !_earlier.Contains(name) && IsNewer(Path.Combine(RunsDirectory, name));
        }

        return false;
    }

    private string[] Prefixes => field ??= [$"refs/heads/{BranchPrefix}/", "refs/factory/rescue/"];

    private bool IsNewer(string folder) => Directory.Exists(folder) && Directory.GetCreationTimeUtc(folder) >= _since;
}
