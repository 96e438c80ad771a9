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
    public bool IsOfNewerRun(string reference) =>
        RunOf(reference) is { } name && RunId.TryParse(name, out _) && !_earlier.Contains(name) && IsNewer(Path.Combine(RunsDirectory, name));

    /// <summary>
    /// Takes the refs that there were before any worker ran: the run of one whose folder is gone is an earlier one, too, and stays so
    /// when a worker makes the folder anew.
    /// </summary>
    public void KnowEarlier(IEnumerable<string> references)
    {
        foreach (var reference in references)
            if (RunOf(reference) is { } name && !IsNewer(Path.Combine(RunsDirectory, name))) _earlier.Add(name);
    }

    /// <summary>Whether a path lies in a folder.</summary>
    public static bool IsBelow(string path, string folder) =>
        path.Replace('\\', '/').StartsWith(folder.Replace('\\', '/').TrimEnd('/') + "/", OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    private string? RunOf(string reference) =>
        Prefixes.FirstOrDefault(prefix => reference.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix ? reference[prefix.Length..].Split('/')[0] : null;

    private string[] Prefixes => field ??= [$"refs/heads/{BranchPrefix}/", "refs/factory/rescue/"];

    private bool IsNewer(string folder) => Directory.Exists(folder) && Directory.GetCreationTimeUtc(folder) >= _since;
}
