namespace Factory.Core.Guards.Escapes.GitFolder;

/// <summary>
/// Takes the states of the repositories of submodules. They lie below <c>modules</c>, by names that may have slashes, and theirs in
/// them.
/// </summary>
internal static class SubmoduleStates
{
    /// <summary>Takes them.</summary>
    /// <param name="common">The common git folder, absolute; names are relative to it.</param>
    /// <param name="folder">The git folder whose submodules these are: the common one, or a worktree's.</param>
    /// <param name="items">Where they go.</param>
    public static void Read(string common, string folder, FingerprintItems items)
    {
        var modules = Path.Combine(folder, "modules");
        if (!Directory.Exists(modules)) return;
        var open = new Stack<string>([modules]);
        while (open.TryPop(out var next))
        {
            var name = Path.GetRelativePath(common, next).Replace('\\', '/');
            foreach (var file in (string[])["config", "config.worktree"]) items.Add(EscapeArea.Config, $"{name}/{file}", Path.Combine(next, file), keepContent: true);
            items.AddFolder(EscapeArea.Hook, $"{name}/hooks", Path.Combine(next, "hooks"));
            // A submodule may have any name, also that of a folder in a repository.
            var isRepository = File.Exists(Path.Combine(next, "HEAD")) && File.Exists(Path.Combine(next, "config"));
            if (isRepository) ReadRepository(name, next, items);
            foreach (var inner in new DirectoryInfo(next).EnumerateDirectories())
                if (inner.LinkTarget is null && !(isRepository && inner.Name is "objects" or "refs" or "logs" or "hooks" or "info" or "lfs")) open.Push(inner.FullName);
        }
    }

    // git writes there where the submodule is checked out.
    private static string? Checkout(string folder)
    {
        var set = FingerprintItems.ReadText(Path.Combine(folder, "config"))?.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.StartsWith("worktree =", StringComparison.Ordinal));
        return set?[(set.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim(' ', '"') is { Length: > 0 } path && !path.Contains('\0', StringComparison.Ordinal) ? Path.GetFullPath(path, folder) : null;
    }

    private static void ReadRepository(string name, string folder, FingerprintItems items)
    {
        items.Set(EscapeArea.Head, $"{name}/HEAD", FingerprintItems.ReadText(Path.Combine(folder, "HEAD")) ?? FileState.Missing);
        foreach (var file in WorktreeStates.Unfinished) items.AddAll(EscapeArea.Head, $"{name}/{file}", Path.Combine(folder, file));
        if (Checkout(folder) is { } checkout) items.Add(EscapeArea.Shared, $"{name}/.git", Path.Combine(checkout, ".git"), keepContent: true);
        items.AddFolder(EscapeArea.Shared, $"{name}/info", Path.Combine(folder, "info"), except: "refs");
        foreach (var file in (string[])["commondir", "shallow", "objects/info/alternates"]) items.Add(EscapeArea.Shared, $"{name}/{file}", Path.Combine(folder, file), keepContent: true);
        if (LooseRefs.Read(folder) is { } refs)
        {
            foreach (var (reference, value) in refs) items.Set(EscapeArea.Ref, Escape.RefOfSubmodule(name, reference), value);
            return;
        }

        // Not as git writes files of refs, or another format: that they changed is told, not which.
        foreach (var part in (string[])["packed-refs", "refs", "reftable"]) items.AddAll(EscapeArea.Ref, $"{name}/{part}", Path.Combine(folder, part));
    }
}
