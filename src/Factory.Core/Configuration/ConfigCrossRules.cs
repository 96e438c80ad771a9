using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>The rules that hold between settings; they are judged when every layer is in.</summary>
internal static class ConfigCrossRules
{
    public static void Check(ConfigDraft draft, string? repositoryRoot)
    {
        RefuseShells(draft);
        RefuseNestedFolders(draft, repositoryRoot);
    }

    /// <summary>Keeps the workers that the caller names.</summary>
    public static void KeepWorkers(IReadOnlyList<string> ids, ConfigDraft draft)
    {
        var known = draft.Config.Workers.Select(worker => worker.Id.Name).ToList();
        foreach (var id in ids.Where(id => !known.Contains(id, StringComparer.Ordinal)))
            draft.Problems.Add(
                "parameters",
                $"worker '{id}' is not defined{(NearestName.Find(id, known) is { } nearest ? $"; did you mean '{nearest}'?" : "")}",
                known.Count == 0 ? "define it in workers.definitions" : $"name one of: {string.Join(", ", known)}");
        draft.Config = draft.Config with { Workers = [.. draft.Config.Workers.Where(worker => ids.Contains(worker.Id.Name, StringComparer.Ordinal))] };
    }

    private static void RefuseShells(ConfigDraft draft)
    {
        if (draft.Config.Security.AllowShellExecution) return;
        foreach (var use in draft.Commands)
            if (ShellPrograms.Find(use.Command) is { } shell)
                draft.Problems.Add(
                    use.Node.At, $"{use.Node.Path}: '{shell}' is a shell that would interpret a text, and security.allow_shell_execution is false",
                    "name the program directly, put the text into a script file, or set security.allow_shell_execution to true", BlockerKind.Policy, use.Worker);
    }

    private static void RefuseNestedFolders(ConfigDraft draft, string? repositoryRoot)
    {
        var root = Path.GetFullPath(repositoryRoot ?? Path.GetTempPath());
        var runs = Path.GetFullPath(draft.Config.Paths.RunsDir, root);
        var worktrees = Path.GetFullPath(draft.Config.Paths.WorktreesDir, root);
        if (Contains(runs, worktrees) || Contains(worktrees, runs))
            draft.Problems.Add(
                draft.OriginOf("paths.worktrees_dir", draft.OriginOf("paths.runs_dir", "defaults")),
                $"paths.runs_dir '{draft.Config.Paths.RunsDir}' and paths.worktrees_dir '{draft.Config.Paths.WorktreesDir}' are the same folder, or one is inside the other",
                "choose two folders side by side");
        if (repositoryRoot is null) return;
        foreach (var (setting, folder) in new[] { ("paths.runs_dir", runs), ("paths.worktrees_dir", worktrees) })
            if (Contains(folder, root))
                draft.Problems.Add(draft.OriginOf(setting, "defaults"), $"{setting} '{folder}' holds the repository itself", "choose a folder inside the repository, or beside it");
    }

    // Case is ignored everywhere: two folders that are one on Windows and macOS must not be two here.
    private static bool Contains(string outer, string inner) =>
        (Path.TrimEndingDirectorySeparator(inner) + Path.DirectorySeparatorChar)
            .StartsWith(Path.TrimEndingDirectorySeparator(outer) + Path.DirectorySeparatorChar, StringComparison.OrdinalIgnoreCase);
}
