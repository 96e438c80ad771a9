using Factory.Core.Locking;
using Factory.Core.Repository;

namespace Factory.Core.Ledger;

/// <summary>
/// A small file beside the ledger that others than Factory may have put there. Only a plain file is opened: opening a pipe
/// waits for its other end, and a link to nothing, a folder or a device is not the same as no file.
/// </summary>
internal static class SideFile
{
    /// <summary>Reads a file whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">The most bytes that it may have.</param>
    /// <returns>Null when nothing has that name, not even a link.</returns>
    /// <exception cref="NotPlainFileException">Something else has that name, or the file is longer.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static byte[]? TryRead(string path, int longest)
    {
        if (!IsPlain(path)) return null;
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(file);
            if (length > longest) throw new NotPlainFileException($"it has {length} bytes, more than the {longest} that it may have");
            var bytes = new byte[length];
            LedgerTail.ReadExactly(file, bytes, 0);
            return bytes;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // Whether it can be opened; false when there is nothing. What the system does not tell is an error, not nothing.
    private static bool IsPlain(string path)
    {
        var isLink = new FileInfo(path).LinkTarget is not null;
        if (!isLink && FileIdentity.IsKnown && FileIdentity.OfPath(path) is var found && found is null or { IsRegular: true }) return found is not null;
        if (!isLink && !FileIdentity.IsKnown && (RegularFile.Is(path) || !IsTaken(path))) return true;
        throw new NotPlainFileException("it is a link, a folder, a pipe or a device, not a plain file");
    }

    /// <summary>Whether anything has that name, be it a link to nothing.</summary>
    public static bool IsTaken(string path) => File.Exists(path) || Directory.Exists(path) || new FileInfo(path).LinkTarget is not null;
}

/// <summary>What lies in a file's place is no plain file, or far too long for what it should be.</summary>
/// <param name="message">What it is.</param>
internal sealed class NotPlainFileException(string message) : IOException(message);
