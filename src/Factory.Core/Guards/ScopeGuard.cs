using Factory.Core.Configuration;
using Factory.Core.Contracts;

namespace Factory.Core.Guards;

/// <summary>Judges what a worker changed against its scope and the protected paths.</summary>
public static class ScopeGuard
{
    /// <summary>
    /// Every reason why the changes may not be integrated, in the order of the changes. Deny-list and protection ignore
    /// case and beat the allow-list and the shared paths, which do not.
    /// </summary>
    /// <param name="worker">The worker.</param>
    /// <param name="scope">Its scope, from the base commit or the caller.</param>
    /// <param name="protectedPaths">The protected paths.</param>
    /// <param name="changes">Each changed path, with the path it was renamed from or null; both are judged.</param>
    public static IReadOnlyList<Blocker> Check(
        WorkerId worker, WorkerScope scope, ProtectedPaths protectedPaths, IEnumerable<(string Path, string? OldPath)> changes)
    {
        var paths = Ends(changes).DistinctBy(end => end.Path, StringComparer.Ordinal).ToList();
        var valid = paths.Where(end => RelativePath.TryParse(end.Path, out _, out _)).Select(end => end.Path).ToHashSet(StringComparer.Ordinal);
        var blocked = new GlobSet(scope.BlockedGlobs, ignoreCase: true);
        // A deny-list must not be passed by another normal form or folding of a name it denies.
        var folded = new GlobSet(scope.BlockedGlobs.Select(NameFolding.Twin), ignoreCase: true);
        var denied = blocked.Match(valid);
        var deniedFolded = folded.Match(valid.Select(NameFolding.Twin));
        var allowed = scope.AllowedGlobs is null ? null : new GlobSet([.. scope.AllowedGlobs, .. scope.SharedPaths], ignoreCase: false).Match(valid);
        var judge = new Judge(worker, scope, protectedPaths);
        var blockers = new List<Blocker>();
        foreach (var end in paths)
        {
            var rule = denied.Contains(end.Path) ? blocked.FirstMatch(end.Path) : null;
            if (rule is null && valid.Contains(end.Path) && NameFolding.Twin(end.Path) is var twin && deniedFolded.Contains(twin)) rule = folded.FirstMatch(twin);
            blockers.AddRange(judge.Explain(end, rule, allowed is null || allowed.Contains(end.Path)));
        }

        return blockers;
    }

    private static IEnumerable<ChangedEnd> Ends(IEnumerable<(string Path, string? OldPath)> changes)
    {
        foreach (var (path, oldPath) in changes)
        {
            yield return new(path, RenamedTo: null);
            if (oldPath is not null) yield return new(oldPath, RenamedTo: path);
        }
    }

    private sealed record ChangedEnd(string Path, string? RenamedTo)
    {
        public string Deed => RenamedTo is null ? $"changed '{Path}'" : $"renamed '{Path}' to '{RenamedTo}'";
    }

    private sealed record Judge(WorkerId Worker, WorkerScope Scope, ProtectedPaths Protected)
    {
        public IEnumerable<Blocker> Explain(ChangedEnd end, string? deniedBy, bool isAllowed)
        {
            if (!RelativePath.TryParse(end.Path, out _, out var reason))
            {
                yield return Block(BlockerKind.InvalidPath, end, $"which is refused: {reason}", "rename the path, or have the worker leave it alone");
                yield break;
            }

            var protection = Protected.Explain(end.Path, Scope.AllowedGlobs);
            if (protection is not null)
                yield return Block(BlockerKind.Protected, end, $"which is protected ({protection})", Protected.CanBeAllowed(end.Path)
                    ? $"add the exact path \"{end.Path}\" to workers.allowlist_globs.{Worker}, or have the worker leave it alone"
                    : "have the worker leave it alone; nothing lifts this protection");
            if (deniedBy is not null)
                yield return Block(
                    BlockerKind.Scope, end, $"which its deny-list glob '{deniedBy}' blocks",
                    $"narrow \"{deniedBy}\" in workers.denylist_globs.{Worker}, or have the worker leave it alone");
            else if (protection is null && !isAllowed)
                yield return Block(
                    BlockerKind.Scope, end, $"which none of its allow-list globs matches ({Listed(Scope.AllowedGlobs!)})",
                    $"add \"{GlobSyntax.Naming(end.Path)}\" to workers.allowlist_globs.{Worker}, or have the worker leave it alone");
        }

        private Blocker Block(BlockerKind kind, ChangedEnd end, string why, string nextAction) =>
            new(kind, Worker.Name, end.Path, $"{Worker} {end.Deed}, {why}", nextAction);

        private static string Listed(IReadOnlyList<string> globs) => globs.Count switch
        {
            0 => "the allow-list is empty",
            > 5 => $"{string.Join(", ", globs.Take(5))}, ...",
            _ => string.Join(", ", globs),
        };
    }
}
