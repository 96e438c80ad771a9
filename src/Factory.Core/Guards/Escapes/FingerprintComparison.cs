using System.Globalization;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

/// <summary>Finds what differs between two fingerprints, and shows it.</summary>
internal sealed class FingerprintComparison(EscapeGround ground, Fingerprint before, Fingerprint after)
{
    private readonly GitRepository _repository = ground.Repository;

    // Of files in the checkout: each costs a call of git.
    private const int MostShown = 20;
    private const int LongestDiff = 16 * 1024;

    // git reads all of a file to show what changed in it.
    private const long LargestShown = 8 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private const int MostLines = 40;

    /// <summary>Every change, in a stable order.</summary>
    public async Task<IReadOnlyList<Escape>> CompareAsync(CancellationToken cancellationToken)
    {
        var escapes = new List<Escape>();
        var keys = before.Items.Keys.Union(after.Items.Keys).Where(key => before.Items.GetValueOrDefault(key)?.State != after.Items.GetValueOrDefault(key)?.State);
        var shown = 0;
        foreach (var key in keys.Where(key => !IsExpected(key)).OrderBy(key => key.Area).ThenBy(key => key.Name, StringComparer.Ordinal))
        {
            var (old, now) = (before.Items.GetValueOrDefault(key), after.Items.GetValueOrDefault(key));
            if (key.Area == EscapeArea.Config) escapes.AddRange(await ConfigAsync(key.Name, old, now, cancellationToken).ConfigureAwait(false));
            else escapes.Add(new Escape(key.Area, key.Name, Deed(key, old, now), key.Area != EscapeArea.Checkout || shown++ < MostShown ? await ShowAsync(key, old, now, cancellationToken).ConfigureAwait(false) : ""));
        }

        if (!before.Index.AsSpan().SequenceEqual(after.Index)) escapes.AddRange(await IndexAsync(cancellationToken).ConfigureAwait(false));
        return escapes;
    }

    private bool IsExpected(EscapeKey key) => key.Area switch
    {
        // Factory makes this run's refs while workers run, and never moves one that it has made.
        EscapeArea.Ref => ground.IsOfNewerRun(key.Name) || (ground.IsOwn(key.Name) && !before.Items.ContainsKey(key)),
        // That a worktree came or went is told with its HEAD.
        EscapeArea.Shared => IsOfWorktreeThatCameOrWent(key),
        // With its HEAD everything else of a worktree comes and goes.
        EscapeArea.Worktree => key.Name.LastIndexOf(": ", StringComparison.Ordinal) is var end and > 0 && !IsInBoth(key with { Name = key.Name[..end] }),
        // git makes a new one for other entries, which are compared themselves, and deletes old ones.
        EscapeArea.Index => !IsInBoth(key),
        _ => false,
    };

    private bool IsOfWorktreeThatCameOrWent(EscapeKey key)
    {
        if (key.Name.Split('/', 3) is not ["worktrees", var name, var what] || (what is not ("gitdir" or ".git") && !what.StartsWith("info/", StringComparison.Ordinal))) return false;
        return !IsInBoth(new EscapeKey(EscapeArea.Shared, $"worktrees/{name}/gitdir"));
    }

    private bool IsInBoth(EscapeKey key) => before.Items.ContainsKey(key) && after.Items.ContainsKey(key);

    // A branch that takes the short name of another ref is meant wherever people and scripts write that (gitrevisions).
    private string? Shadowed(EscapeKey key)
    {
        const string Branches = "refs/heads/";
        if (key.Area != EscapeArea.Ref || !key.Name.StartsWith(Branches, StringComparison.Ordinal)) return null;
        var name = key.Name[Branches.Length..];
        return ((string[])[$"refs/{name}", $"refs/tags/{name}", $"refs/remotes/{name}", $"refs/remotes/{name}/HEAD"]).FirstOrDefault(other => after.Items.ContainsKey(new EscapeKey(EscapeArea.Ref, other)));
    }

    private string Deed(EscapeKey key, EscapeState? old, EscapeState? now)
    {
        // A file that git did not report before was there, unchanged, unless it is untracked.
        if (key.Area == EscapeArea.Checkout && now?.State[0] != '?') return "was changed";
        // One as git makes it is no state of its own.
        if (key.Name.EndsWith("/commondir", StringComparison.Ordinal) && key.Name.StartsWith("worktrees/", StringComparison.Ordinal)) return "was changed";
        if (old is null && Shadowed(key) is { } other) return $"{Escape.Made}, with the short name of {other},";
        return old is null ? Escape.Made : now is null ? "was deleted" : "was changed";
    }

    private async Task<string> ShowAsync(EscapeKey key, EscapeState? old, EscapeState? now, CancellationToken cancellationToken)
    {
        if (key.Area == EscapeArea.Checkout && now?.State[0] == '1')
        {
            var size = new FileInfo(Path.Combine(_repository.Root, key.Name)) is { Exists: true } file ? file.Length : 0;
            if (size > LargestShown) return string.Create(CultureInfo.InvariantCulture, $"(what was changed is not shown: the file has {size:N0} bytes now)\n{Lines(Describe(old), Describe(now))}");
            var call = new GitCall("diff", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--ignore-submodules=none", "--", key.Name) { Settings = [CheckoutStatus.SeesLeftOut], Patience = Patience };
            if (await DiffAsync(call, cancellationToken).ConfigureAwait(false) is { } diff) return diff.Length <= LongestDiff ? diff : diff[..LongestDiff] + "\n(cut)";
        }

        return Lines(Describe(old), Describe(now));
    }

    // It only shows what is known already, so a git that cannot tell takes nothing away.
    private async Task<string?> DiffAsync(GitCall call, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _repository.RunAsync(call, cancellationToken).ConfigureAwait(false);
            return answer is { ExitCode: 0, Output.Length: > 0 } ? answer.Text : null;
        }
        catch (FactoryException)
        {
            return null;
        }
    }

    private static string[] Describe(EscapeState? state) =>
        state is null ? [] : state.Content is { } content && !content.Contains((byte)0) ? Encoding.UTF8.GetString(content).Split('\n') : [state.State];

    // Which lines are gone and which are new; enough to see a change of a few lines in a small file.
    private static string Lines(IEnumerable<string> old, IEnumerable<string> now)
    {
        var (gone, come) = (old.ToList(), now.ToList());
        var removed = gone.Except(come, StringComparer.Ordinal).Select(line => "-" + line);
        return string.Join('\n', removed.Concat(come.Except(gone, StringComparer.Ordinal).Select(line => "+" + line)).Take(MostLines));
    }

    private async Task<IEnumerable<Escape>> ConfigAsync(string name, EscapeState? old, EscapeState? now, CancellationToken cancellationToken)
    {
        var (before, after) = (await SettingsAsync(old, cancellationToken).ConfigureAwait(false), await SettingsAsync(now, cancellationToken).ConfigureAwait(false));
        // A file that git cannot read, or in which only comments changed, is named as a whole.
        if (before is null || after is null || before.SetEquals(after)) return [new Escape(EscapeArea.Config, name, "was changed", Lines(Describe(old), Describe(now)))];
        var isGitsOwn = name == "config" && IsWorktreeExtension(before, after);
        return before.Except(after).Union(after.Except(before)).Select(setting => setting.Split('\n')[0]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(key => new Escape(EscapeArea.Config, key, isGitsOwn ? "was set by git, as it does when settings for one worktree are first made ('git sparse-checkout', 'git config --worktree')," : "was changed", Lines(Of(before, key), Of(after, key))) { IsGitsOwn = isGitsOwn });

        static IEnumerable<string> Of(IEnumerable<string> settings, string key) =>
            settings.Where(setting => setting.Split('\n')[0] == key).Select(setting => setting.Replace("\n", " = ", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
    }

    // It makes git read the settings of single worktrees. So nothing changes as long as the user's own checkout has none, and no other
    // extension begins to count with the format's version (gitrepository-layout, config.worktree).
    private bool IsWorktreeExtension(HashSet<string> old, HashSet<string> now)
    {
        const string Extension = "extensions.worktreeconfig\ntrue", Extensions = "extensions.", Format = "core.repositoryformatversion\n";
        return now.Contains(Extension) && !after.Items.ContainsKey(new EscapeKey(EscapeArea.Config, "config.worktree"))
            && now.Except(old).All(setting => setting is Extension or Format + "1")
            && old.Except(now).All(setting => setting is Format + "0")
            && (old.Contains(Format + "1") || !now.Any(setting => setting.StartsWith(Extensions, StringComparison.Ordinal) && setting != Extension));
    }

    private async Task<HashSet<string>?> SettingsAsync(EscapeState? state, CancellationToken cancellationToken)
    {
        if (state is null) return [];
        if (state.Content is null) return null;
        var answer = await _repository.RunAsync(new GitCall("config", "--file", "-", "--no-includes", "-z", "--list") { Input = state.Content }, cancellationToken).ConfigureAwait(false);
        return answer.ExitCode == 0 ? [.. answer.Fields] : null;
    }

    // git renews the times in an index whenever it looks at the files; only entries and flags count, and the trees that it notes.
    private async Task<IEnumerable<Escape>> IndexAsync(CancellationToken cancellationToken)
    {
        var (old, now) = (await EntriesAsync(before.Index, cancellationToken).ConfigureAwait(false), await EntriesAsync(after.Index, cancellationToken).ConfigureAwait(false));
        if (old is null || now is null) return [new Escape(EscapeArea.Index, "index", "cannot be read any more", "")];
        var escapes = new List<Escape>();
        if (!old.SetEquals(now)) escapes.Add(new Escape(EscapeArea.Index, "index", "was changed", Lines(old.Except(now), now.Except(old))));
        if (await CachedTrees.FindForgedAsync(_repository, after.Index, cancellationToken).ConfigureAwait(false) is { } forged)
            escapes.Add(new Escape(EscapeArea.Index, "index: cached trees", $"was changed to note another tree for {forged} than its entries make", ""));
        return escapes;
    }

    private async Task<HashSet<string>?> EntriesAsync(byte[] index, CancellationToken cancellationToken)
    {
        if (index.Length == 0) return [];
        using var copy = IndexCopy.TryWrite(new IndexImage(index, DateTime.UtcNow));
        if (copy is null) return null;
        var answer = await _repository.RunAsync(new GitCall("ls-files", "-v", "-s", "-z", "--full-name") { IndexFile = copy.File }, cancellationToken).ConfigureAwait(false);
        return answer.ExitCode == 0 ? [.. answer.Fields] : null;
    }
}
