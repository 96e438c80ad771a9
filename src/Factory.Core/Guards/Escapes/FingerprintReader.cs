using Factory.Core.Contracts;
using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Guards.Escapes.GitFolder;
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
    // Of the files that are changed or untracked there may be very many; whether one is read depends on nothing but itself, so
    // that two fingerprints always compare the same.
    private const long LargestChangedRead = 64 * 1024;
    private const long LargestSharedIndex = 64 * 1024 * 1024;
    private readonly FingerprintItems _items = new();

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
            new WorktreeStates(ground, _items).Read();
            SubmoduleStates.Read(Common, Common, _items);
            foreach (var file in ground.Inputs) _items.Add(EscapeArea.Input, file, file, keepContent: false);
        }
        finally
        {
            // Also when one of them fails: nothing may still be looking afterwards.
            await Task.WhenAll(refs, files, places).ConfigureAwait(false);
        }

        ReadSettings(await places.ConfigureAwait(false));
        return new Fingerprint(_items.All, index.Bytes);
    }

    private async Task ReadCheckoutAsync(IndexImage index, CancellationToken cancellationToken)
    {
        foreach (var field in await checkout.StatusAsync(index, cancellationToken).ConfigureAwait(false))
        {
            // "1 .Y sub mI mW hI path", "u XY sub m1 m2 m3 mW h1 h2 h3 path", "? path"
            var parts = field.Split(' ', field[0] switch { '1' => 7, 'u' => 11, _ => 2 });
            var path = parts[^1];
            var file = Path.Combine(ground.Repository.Root, path);
            _items.Set(EscapeArea.Checkout, path, string.Join(' ', parts[..^1]) + " " + FileState.Of(file, LargestChangedRead));
        }
    }

    private async Task ReadRefsAsync(CancellationToken cancellationToken)
    {
        if (LooseRefs.Read(Common) is { } refs)
        {
            foreach (var (name, value) in refs) _items.Set(EscapeArea.Ref, name, value);
            return;
        }

        var call = new GitCall("for-each-ref", "--format=%(objectname)%00%(symref)%00%(refname)");
        var lines = (await ground.Repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // git lists a name twice that stands twice in packed-refs.
        foreach (var same in lines.Select(line => line.Split('\0')).GroupBy(parts => parts[2], parts => parts[1].Length > 0 ? $"-> {parts[1]}" : parts[0]))
            _items.Set(EscapeArea.Ref, same.Key, string.Join(" and ", same));
        // It leaves out a file that is no ref, and then refuses to pack.
        foreach (var (name, file) in LooseRefs.FilesIn(Common).Where(one => !_items.All.ContainsKey(new EscapeKey(EscapeArea.Ref, one.Name)))) _items.Set(EscapeArea.Ref, name, "-> no ref: " + FileState.Of(file));
    }

    private void ReadShared()
    {
        foreach (var name in (string[])["config", "config.worktree"]) _items.Add(EscapeArea.Config, name, Path.Combine(Common, name), keepContent: true);
        foreach (var name in (string[])["shallow", "objects/info/alternates", "logs/refs/stash"]) _items.Add(EscapeArea.Shared, name, Path.Combine(Common, name), keepContent: true);
        // git keeps lists for dumb transports in info/refs, which its own housekeeping renews.
        _items.AddFolder(EscapeArea.Shared, "info", Path.Combine(Common, "info"), except: "refs");
        foreach (var (name, file) in SharedResolutions.In(Common)) _items.Add(EscapeArea.Shared, name, file, keepContent: true);
        // Remotes as git kept them before they were settings; it still reads them (gitrepository-layout).
        foreach (var name in (string[])["remotes", "branches"]) _items.AddFolder(EscapeArea.Shared, name, Path.Combine(Common, name));
        _items.AddFolder(EscapeArea.Hook, "hooks", Path.Combine(Common, "hooks"));
        // The larger part of a split index. git sets its time whenever it writes the other part.
        foreach (var file in Directory.EnumerateFiles(ground.Repository.GitDirectory, "sharedindex.*")) _items.Set(EscapeArea.Index, Path.GetFileName(file), FileState.Of(file, LargestSharedIndex));
    }

    // They may hold passwords, so that what was changed in them is not shown.
    private void ReadSettings(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            var isInside = EscapeGround.IsBelow(file, Common);
            var (area, name) = isInside ? (EscapeArea.Shared, Path.GetRelativePath(Common, file).Replace('\\', '/')) : (EscapeArea.Settings, file);
            // A folder of hooks that has everything in it has the run's own in it, too.
            if (((string[])[Common, ground.RunsDirectory, ground.WorktreesDirectory]).Any(own => EscapeGround.IsBelow(own + "/", file))) _items.AddFiles(area, name, file);
            else _items.AddAll(area, name, file);
        }
    }
}
