using System.Security.Cryptography;
using Factory.Core.Guards.Writes;
using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>
/// An index that a capture starts from. It lies where a worker can reach it, so what was taken is known by its digest and its
/// time: a file that is not the same any more is no index to start from.
/// </summary>
public sealed class PristineIndex
{
    private readonly byte[]? _digest;
    private readonly DateTime? _time;

    private PristineIndex(string file, byte[]? digest, DateTime? time) => (File, _digest, _time) = (file, digest, time);

    /// <summary>Where it lies.</summary>
    public string File { get; }

    /// <summary>A worktree's own index, in whatever state it is.</summary>
    public static PristineIndex Own(Worktree worktree) => new(worktree.IndexFile, null, null);

    /// <summary>Copies the index of a fresh worktree. No link on the way is followed.</summary>
    /// <param name="worktree">The worktree; nobody untrusted works in it yet.</param>
    /// <param name="root">The folder that the copy must stay below.</param>
    /// <param name="copy">The copy.</param>
    /// <exception cref="Contracts.FactoryException">A link stands where a folder on the way belongs.</exception>
    public static async Task<PristineIndex> KeepAsync(Worktree worktree, string root, string copy)
    {
        var bytes = await System.IO.File.ReadAllBytesAsync(worktree.IndexFile).ConfigureAwait(false);
        // git compares file times with the index's own to know which entries may have changed unseen.
        var time = System.IO.File.GetLastWriteTimeUtc(worktree.IndexFile);
        await new WriteGuard(root).WriteAsync(copy, stream => WriteAsync((FileStream)stream, bytes, time)).ConfigureAwait(false);
        return new PristineIndex(copy, SHA256.HashData(bytes), time);
    }

    /// <summary>What it holds, and when that was written; null when it is gone, is no plain file, or is not what was kept.</summary>
    public (byte[] Bytes, DateTime Time)? Read()
    {
        try
        {
            // A pipe in its place would never answer.
            if (!RegularFile.Is(File)) return null;
            var time = _time ?? System.IO.File.GetLastWriteTimeUtc(File);
            var bytes = System.IO.File.ReadAllBytes(File);
            return _digest is null || SHA256.HashData(bytes).AsSpan().SequenceEqual(_digest) ? (bytes, time) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Deletes it, when it is there.</summary>
    public void Delete()
    {
        try
        {
            System.IO.File.Delete(File);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Its folder is gone or was replaced, or there is a folder in its place: nothing of ours.
        }
    }

    /// <summary>Writes an index with its time, which goes with it.</summary>
    internal static async Task WriteAsync(FileStream target, byte[] bytes, DateTime time)
    {
        await target.WriteAsync(bytes).ConfigureAwait(false);
        await target.FlushAsync().ConfigureAwait(false);
        System.IO.File.SetLastWriteTimeUtc(target.SafeFileHandle, time);
    }
}
