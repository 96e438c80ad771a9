using System.Collections.Concurrent;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

/// <summary>
/// Takes a <see cref="Fingerprint"/>. git compares the checkout with the index by the times and sizes of its files, so that
/// fifty thousand of them take a fraction of a second; only files that are changed already are read.
/// </summary>
/// <param name="ground">What may not be changed.</param>
/// <param name="checkout">Reads the checkout; the same one for all fingerprints of a run.</param>
/// <param name="settings">Knows where git's settings lie; the same one for all fingerprints of a run.</param>
internal sealed class FingerprintReader(EscapeGround ground, CheckoutStatus checkout, SettingsFiles settings)
{
    private const long LargestRead = 1024 * 1024;

    // Of the files that are changed or untracked there may be very many; whether one is read depends on nothing but itself, so
    // that two fingerprints always compare the same.
    private const long LargestChangedRead = 64 * 1024;
    private readonly ConcurrentDictionary<EscapeKey, EscapeState> _items = new();

    // What the user's next commit would go on with: another parent, another commit to apply, a command to run.
    private static readonly string[] Unfinished = ["FETCH_HEAD", "MERGE_HEAD", "MERGE_MSG", "MERGE_MODE", "CHERRY_PICK_HEAD", "REVERT_HEAD", "SQUASH_MSG", "sequencer", "rebase-merge", "rebase-apply", "BISECT_LOG"];

    private string Common => ground.Repository.CommonDirectory;

    /// <summary>Takes it.</summary>
    /// <exception cref="FactoryException">git could not read the checkout or the refs.</exception>
    public async Task<Fingerprint> ReadAsync(CancellationToken cancellationToken)
    {
        var refs = ReadRefsAsync(cancellationToken);
        var index = IndexImage.Read(Path.Combine(ground.Repository.GitDirectory, "index"));
        var files = ReadCheckoutAsync(index, cancellationToken);
        var places = settings.ListAsync(cancellationToken);
        try
        {
            ReadShared();
            ReadWorktrees();
            ReadSubmodules();
            foreach (var file in ground.Inputs) Add(EscapeArea.Input, file, file, keepContent: false);
        }
        finally
        {
            // Also when one of them fails: nothing may still be looking afterwards.
            await Task.WhenAll(refs, files, places).ConfigureAwait(false);
        }

        // They may hold passwords, so that what was changed in them is not shown.
        foreach (var file in await places.ConfigureAwait(false)) AddAll(EscapeArea.Settings, file, file);
        return new Fingerprint(_items, index.Bytes);
    }

    private async Task ReadCheckoutAsync(IndexImage index, CancellationToken cancellationToken)
    {
        foreach (var field in await checkout.StatusAsync(index, cancellationToken).ConfigureAwait(false))
        {
            // "1 .Y sub mI mW hI path", "u XY sub m1 m2 m3 mW h1 h2 h3 path", "? path"
            var parts = field.Split(' ', field[0] switch { '1' => 7, 'u' => 11, _ => 2 });
            var path = parts[^1];
            var file = Path.Combine(ground.Repository.Root, path);
            _items[new EscapeKey(EscapeArea.Checkout, path)] = new EscapeState(string.Join(' ', parts[..^1]) + " " + FileState.Of(file, LargestChangedRead));
        }
    }

    private async Task ReadRefsAsync(CancellationToken cancellationToken)
    {
        // In a linked worktree some refs lie elsewhere.
        if (ground.Repository.GitDirectory == Common && LooseRefs.Read(Common) is { } refs)
        {
            foreach (var (name, value) in refs) _items[new EscapeKey(EscapeArea.Ref, name)] = new EscapeState(value);
            return;
        }

        var call = new GitCall("for-each-ref", "--format=%(objectname)%00%(symref)%00%(refname)");
        var lines = (await ground.Repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var parts in lines.Select(line => line.Split('\0')))
            _items[new EscapeKey(EscapeArea.Ref, parts[2])] = new EscapeState(parts[1].Length > 0 ? $"-> {parts[1]}" : parts[0]);
    }

    private void ReadShared()
    {
        if (ReadText(Path.Combine(ground.Repository.GitDirectory, "HEAD")) is { } head) _items[new EscapeKey(EscapeArea.Head, "HEAD")] = new EscapeState(head);
        foreach (var name in Unfinished) AddAll(EscapeArea.Head, name, Path.Combine(ground.Repository.GitDirectory, name));
        foreach (var name in (string[])["config", "config.worktree"]) Add(EscapeArea.Config, name, Path.Combine(Common, name), keepContent: true);
        foreach (var name in (string[])["shallow", "objects/info/alternates", "logs/refs/stash"]) Add(EscapeArea.Shared, name, Path.Combine(Common, name), keepContent: true);
        AddFolder(EscapeArea.Shared, "info");
        foreach (var (name, file) in SharedResolutions.In(Common)) Add(EscapeArea.Shared, name, file, keepContent: true);
        AddFolder(EscapeArea.Hook, "hooks");
    }

    private void AddFolder(EscapeArea area, string name)
    {
        var folder = Path.Combine(Common, name);
        if (new DirectoryInfo(folder) is { LinkTarget: { } target }) _items[new EscapeKey(area, name)] = new EscapeState("link to " + target);
        if (!Directory.Exists(folder)) return;
        // git keeps lists for dumb transports in info/refs, which its own housekeeping renews.
        foreach (var file in Directory.EnumerateFileSystemEntries(folder).Where(file => area != EscapeArea.Shared || Path.GetFileName(file) != "refs"))
            Add(area, $"{name}/{Path.GetFileName(file)}", file, keepContent: !file.EndsWith(".sample", StringComparison.Ordinal));
    }

    private void ReadWorktrees()
    {
        var folder = Path.Combine(Common, "worktrees");
        if (!Directory.Exists(folder)) return;
        foreach (var admin in Directory.EnumerateDirectories(folder))
        {
            // Empty while git is about to register it.
            if (ReadText(Path.Combine(admin, "gitdir")) is not { Length: > 0 } text) continue;
            if (text.Contains('\0', StringComparison.Ordinal))
            {
                _items[new EscapeKey(EscapeArea.Worktree, admin)] = new EscapeState("the path of no worktree");
                continue;
            }

            var path = Path.GetFullPath(text, admin);
            // Worktrees of workers, of this run and of others, are made and reset by Factory.
            if (IsBelow(path, ground.WorktreesDirectory) || IsBelow(path, ground.RunsDirectory)) continue;
            _items[new EscapeKey(EscapeArea.Worktree, Path.GetDirectoryName(path) ?? path)] = new EscapeState(ReadText(Path.Combine(admin, "HEAD")) ?? "missing");
        }
    }

    // The repositories of submodules lie below "modules", by names that may have slashes, and theirs in them.
    private void ReadSubmodules()
    {
        var folder = Path.Combine(Common, "modules");
        if (!Directory.Exists(folder)) return;
        var open = new Stack<string>([folder]);
        while (open.TryPop(out var next))
        {
            var name = Path.GetRelativePath(Common, next).Replace('\\', '/');
            Add(EscapeArea.Config, $"{name}/config", Path.Combine(next, "config"), keepContent: true);
            AddFolder(EscapeArea.Hook, $"{name}/hooks");
            foreach (var inner in new DirectoryInfo(next).EnumerateDirectories())
                if (inner.LinkTarget is null && inner.Name is not ("objects" or "refs" or "logs" or "hooks" or "info" or "lfs")) open.Push(inner.FullName);
        }
    }

    // A file, or each file in a folder.
    private void AddAll(EscapeArea area, string name, string path)
    {
        if (!Directory.Exists(path) || new FileInfo(path).LinkTarget is not null) Add(area, name, path, keepContent: false);
        else foreach (var file in Directory.EnumerateFileSystemEntries(path)) Add(area, $"{name}/{Path.GetFileName(file)}", file, keepContent: false);
    }

    private static bool IsBelow(string path, string folder) =>
        path.Replace('\\', '/').StartsWith(folder.Replace('\\', '/').TrimEnd('/') + "/", OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);

    private void Add(EscapeArea area, string name, string file, bool keepContent)
    {
        var state = keepContent ? FileState.WithContent(file) : new EscapeState(FileState.Of(file));
        if (state.State != FileState.Missing) _items[new EscapeKey(area, name)] = state;
    }

    private static string? ReadText(string file) => ReadBytes(file) is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes).Trim() : null;

    private static byte[]? ReadBytes(string file)
    {
        try
        {
            return RegularFile.Is(file) && new FileInfo(file).Length <= LargestRead ? File.ReadAllBytes(file) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
