namespace Factory.Core.Guards.Escapes.GitFolder;

/// <summary>
/// Takes the states of the user's worktrees: where each one's HEAD is, what its next commit would go on with, settings of its own,
/// and which repository it belongs to. Those of workers are made and reset by Factory, and looked at when they are captured.
/// </summary>
internal sealed class WorktreeStates(EscapeGround ground, FingerprintItems items)
{
    /// <summary>The state of a folder in which a worktree of a worker is registered.</summary>
    private const string Workers = "leads to a worktree of a worker";

    // What git writes there itself.
    private const string UsualCommon = "../..";

    /// <summary>
    /// What a next commit would go on with: another parent, another commit to apply, a stash to put back, a command to run. ORIG_HEAD
    /// is where people reset to.
    /// </summary>
    internal static readonly string[] Unfinished =
    [
        "MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "MERGE_AUTOSTASH", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "SQUASH_MSG", "sequencer", "rebase-merge", "rebase-apply",
        "BISECT_LOG", "BISECT_START", "BISECT_TERMS", "ORIG_HEAD",
    ];

    private string Common => ground.Repository.CommonDirectory;

    private string Own => ground.Repository.GitDirectory;

    /// <summary>Takes those of the checkout that the run is made in, and of all others.</summary>
    public void Read()
    {
        if (FingerprintItems.ReadText(Path.Combine(Own, "HEAD")) is { } head) items.Set(EscapeArea.Head, "HEAD", head);
        foreach (var name in Unfinished.Append("FETCH_HEAD")) items.AddAll(EscapeArea.Head, name, Path.Combine(Own, name));
        // It sends git to another repository, with other settings; git writes none into the main worktree's.
        items.Add(EscapeArea.Shared, "commondir", Path.Combine(Common, "commondir"), keepContent: true);
        if (Own != Common) ReadWorktree(Path.GetFileName(Common) == ".git" ? Path.GetDirectoryName(Common)! : Common, Common);
        var folder = Path.Combine(Common, "worktrees");
        if (!Directory.Exists(folder)) return;
        AddLink("worktrees", folder);
        // In one order: two of them may claim the same path.
        foreach (var admin in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)) ReadLinked(admin, $"worktrees/{Path.GetFileName(admin)}");
    }

    private void ReadLinked(string admin, string name)
    {
        AddLink(name, admin);
        var text = FingerprintItems.ReadText(Path.Combine(admin, "gitdir"));
        if (text is { Length: > 0 } && IsOfWorker(admin, text))
        {
            items.Set(EscapeArea.Shared, $"{name}/gitdir", Workers);
            return;
        }

        ReadRepository(admin, name, text);
        // Without a path while git is about to register it.
        if (text is not { Length: > 0 }) return;
        items.Set(EscapeArea.Shared, $"{name}/gitdir", text);
        if (admin != Own && !text.Contains('\0', StringComparison.Ordinal)) items.Add(EscapeArea.Shared, $"{name}/.git", Path.GetFullPath(text, admin), keepContent: true);
        var path = text.Contains('\0', StringComparison.Ordinal) ? admin : Path.GetDirectoryName(Path.GetFullPath(text, admin)) ?? text;
        ReadWorktree(items.All.ContainsKey(new EscapeKey(EscapeArea.Worktree, path)) ? admin : path, admin);
    }

    // From behind a link the usual "../.." leads to another repository.
    private void AddLink(string name, string folder)
    {
        if (new DirectoryInfo(folder).LinkTarget is { } target) items.Set(EscapeArea.Shared, name, "link to " + target);
    }

    private bool IsOfWorker(string admin, string text)
    {
        if (admin == Own || text.Contains('\0', StringComparison.Ordinal)) return false;
        var path = Path.GetFullPath(text, admin);
        return EscapeGround.IsBelow(path, ground.WorktreesDirectory) || EscapeGround.IsBelow(path, ground.RunsDirectory);
    }

    // What decides which settings git obeys there.
    private void ReadRepository(string admin, string name, string? path)
    {
        var common = FingerprintItems.ReadText(Path.Combine(admin, "commondir"));
        // Its own settings would be the repository's.
        if (common is null && path is { Length: > 0 }) items.Set(EscapeArea.Shared, $"{name}/commondir", FileState.Missing);
        if (common is not null and not UsualCommon) items.Add(EscapeArea.Shared, $"{name}/commondir", Path.Combine(admin, "commondir"), keepContent: true);
        items.Add(EscapeArea.Config, $"{name}/config", Path.Combine(admin, "config"), keepContent: true);
        // Those of the run's own checkout are among what runs are made from.
        if (admin != Own) items.Add(EscapeArea.Config, $"{name}/config.worktree", Path.Combine(admin, "config.worktree"), keepContent: true);
        // What a sparse checkout has; the next one deletes the rest.
        items.AddFolder(EscapeArea.Shared, $"{name}/info", Path.Combine(admin, "info"));
        SubmoduleStates.Read(Common, admin, items);
        foreach (var (reference, value) in LooseRefs.ReadOwn(admin) ?? []) items.Set(EscapeArea.Ref, $"{name}/{reference}", value);
    }

    private void ReadWorktree(string path, string admin)
    {
        items.Set(EscapeArea.Worktree, path, FingerprintItems.ReadText(Path.Combine(admin, "HEAD")) ?? FileState.Missing);
        if (admin == Own) return;
        foreach (var name in Unfinished) items.AddAll(EscapeArea.Worktree, $"{path}: {name}", Path.Combine(admin, name));
    }
}
