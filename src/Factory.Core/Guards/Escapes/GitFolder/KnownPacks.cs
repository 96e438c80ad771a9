using System.Security.Cryptography;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.GitFolder;

/// <summary>
/// The packs that were there before. git sets the time of a pack to now whenever it is about to write an object that the pack
/// holds, so that a time tells of nothing; and to check every object of a pack that holds years takes minutes. A pack ends with a
/// digest of all that comes before (gitformat-pack): one that ends as it did, and holds what its end says, is the same.
/// </summary>
internal sealed class KnownPacks
{
    private const int BufferSize = 1024 * 1024, ShortEnd = 20, LongEnd = 32;
    private readonly Dictionary<string, (long Length, byte[] End)> _packs = new(StringComparer.Ordinal);

    /// <summary>Takes what the packs in a folder end with.</summary>
    public KnownPacks(string folder)
    {
        if (!Directory.Exists(folder)) return;
        foreach (var pack in Directory.EnumerateFiles(folder, "*.pack"))
            if (Read(pack, ReadEnd) is { } end) _packs[pack] = end;
    }

    /// <summary>Whether a pack was there before and is the same, byte for byte.</summary>
    public bool HoldUnchanged(string pack) =>
        _packs.TryGetValue(pack, out var known) && Read(pack, ReadEnd) is { } end && end.Length == known.Length && end.End.AsSpan().SequenceEqual(known.End)
        && Read(pack, HoldsWhatItsEndSays) == true;

    private static T? Read<T>(string pack, Func<FileStream, T> read)
        where T : struct
    {
        try
        {
            if (!RegularFile.Is(pack)) return null;
            using var stream = new FileStream(pack, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return read(stream);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static (long Length, byte[] End) ReadEnd(FileStream stream)
    {
        var end = new byte[Math.Min(LongEnd, stream.Length)];
        stream.Position = stream.Length - end.Length;
        stream.ReadExactly(end);
        return (stream.Length, end);
    }

    // The digest is that of the repository's object ids.
    private static bool HoldsWhatItsEndSays(FileStream stream) => EndsWithDigest(stream, HashAlgorithmName.SHA1, ShortEnd) || EndsWithDigest(stream, HashAlgorithmName.SHA256, LongEnd);

    private static bool EndsWithDigest(FileStream stream, HashAlgorithmName algorithm, int length)
    {
        if (stream.Length < length) return false;
        using var hash = IncrementalHash.CreateHash(algorithm);
        var buffer = new byte[BufferSize];
        stream.Position = 0;
        for (var left = stream.Length - length; left > 0;)
        {
            var read = stream.Read(buffer, 0, (int)Math.Min(left, BufferSize));
            if (read == 0) return false;
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        stream.ReadExactly(buffer, 0, length);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(buffer.AsSpan(0, length));
    }
}
