using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.Checkout;

/// <summary>
/// A checkout in which nothing was touched since its index was written: each file is as the index has it, to the nanosecond and
/// the inode, and nothing else lies there. git has nothing to say of such a one, so it need not be started. Linux only.
/// </summary>
internal sealed class UntouchedCheckout
{
    private readonly IndexEntries _entries;
    private readonly OwnFolders _own;
    private readonly IReadOnlySet<string> _tracked;
    private readonly List<string> _folders = [""];
    private int _files;
    private int _walked;

    private UntouchedCheckout(IndexEntries entries, IReadOnlySet<string> tracked, OwnFolders own) => (_entries, _tracked, _own) = (entries, tracked, own);

    /// <summary>Takes its image; null when it is none, or when that cannot be told without git.</summary>
    /// <param name="root">The checkout.</param>
    /// <param name="index">Its index.</param>
    /// <param name="own">The run's own folders, absolute.</param>
    public static CheckoutImage? TryTake(string root, IndexImage index, IReadOnlyList<string> own)
    {
        if (!LinuxFolder.IsAvailable || IndexEntries.Read(index.Bytes) is not { ArePlain: true } entries || entries.TryReadFolders() is not { } tracked) return null;
        var checkout = new UntouchedCheckout(entries, tracked, OwnFolders.Take(root, own));
        if (!checkout.HoldsNothingElse(root)) return null;
        // What was changed in the very moment in which the index was written may have been so before or after.
        var written = FileStamp.Nanoseconds(index.Time);
        return CheckoutImage.TryTake(root, entries, checkout._folders, checkout._own, (entry, file) => entries.IsUnchanged(entry, file) && file.IsSettledAt(written));
    }

    // Every file in the index has a name of its own, and that each is there is asked afterwards; so their number tells. That of
    // the folders tells that none became a link to where it was moved.
    private bool HoldsNothingElse(string root)
    {
        try
        {
            using var folder = LinuxFolder.Open(root);
            return folder is not null && Walk(folder, "") && _files == _entries.Count && _walked == _tracked.Count;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Ends at the first thing that is not the index's: a folder of packages may hold a hundred thousand more.
    private bool Walk(LinuxFolder folder, string prefix)
    {
        while (folder.Next(out var entry))
        {
            if (entry.IsGitFolder)
            {
                if (prefix.Length == 0) continue;
                return false;
            }

            if (!folder.IsFolder(entry))
            {
                if (++_files > _entries.Count) return false;
                continue;
            }

            var name = prefix + entry.Text;
            var (leadsToOwn, isTracked) = (_own.Holds(name), _tracked.Contains(name));
            if (!leadsToOwn && _own.IsOwn(name)) continue;
            if (!leadsToOwn && !isTracked) return false;
            _folders.Add(name);
            if (isTracked) _walked++;
            using var inner = folder.Open(entry.Name);
            if (inner is null || !Walk(inner, name + "/")) return false;
        }

        return true;
    }
}
