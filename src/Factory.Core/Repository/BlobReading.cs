using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Repository;

/// <summary>Takes blobs as they come, one after the other, in parts.</summary>
public interface IBlobReader
{
    /// <summary>A blob begins.</summary>
    void Begin(CommitId blob, long size);

    /// <summary>The next bytes of it.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>It ends.</summary>
    void End();
}

/// <summary>Reads objects of any size in bounded memory, many with one git process.</summary>
public static class BlobReading
{
    private const int PartSize = 128 * 1024;

    /// <summary>The contents that changes bring, each once; none of a path that is gone or is another repository.</summary>
    public static IReadOnlyList<CommitId> NewBlobs(this IEnumerable<ChangedPath> changes) =>
        [.. changes.Where(change => change is { Blob: not null, IsGitlink: false }).Select(change => change.Blob!.Value).Distinct()];

    /// <summary>Reads each blob once.</summary>
    /// <exception cref="FactoryException">A blob is missing, or git failed.</exception>
    public static async Task ReadBlobsAsync(this GitRepository repository, IReadOnlyCollection<CommitId> blobs, IBlobReader reader, CancellationToken cancellationToken)
    {
        if (blobs.Count == 0) return;
        var call = new GitCall("cat-file", "--batch", "--buffer")
        {
            WorkingDirectory = repository.Root,
            Input = Encoding.ASCII.GetBytes(string.Concat(blobs.Select(blob => blob.Hex + "\n"))),
        };
        var count = 0;
        var (code, error) = await repository.RunAsync(
            call, async (stream, token) => count = await ReadAsync(stream, reader, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (code != 0 || count != blobs.Count) throw GitRepository.Failed(call, code, error.Length > 0 ? error : $"{count} of {blobs.Count} objects came");
    }

    /// <summary>SHA-256 of the content of blobs, lower-case hex, read by one git process.</summary>
    /// <exception cref="FactoryException">A blob is missing, or git failed.</exception>
    public static async Task<IReadOnlyDictionary<CommitId, string>> HashBlobsAsync(this GitRepository repository, IReadOnlyCollection<CommitId> blobs, CancellationToken cancellationToken)
    {
        using var digests = new BlobDigests();
        await repository.ReadBlobsAsync([.. blobs.Distinct()], digests, cancellationToken).ConfigureAwait(false);
        return digests.Digests;
    }

    private static async Task<int> ReadAsync(Stream stream, IBlobReader reader, CancellationToken cancellationToken)
    {
        await using var buffered = new BufferedStream(stream, PartSize);
        var part = ArrayPool<byte>.Shared.Rent(PartSize);
        var count = 0;
        try
        {
            for (; Header(ReadLine(buffered)) is { } header; count++)
            {
                reader.Begin(header.Id, header.Size);
                for (var left = header.Size; left > 0;)
                {
                    var read = await buffered.ReadAsync(part.AsMemory(0, (int)Math.Min(left, PartSize)), cancellationToken).ConfigureAwait(false);
                    if (read == 0) return count;
                    reader.Append(part.AsSpan(0, read));
                    left -= read;
                }

                buffered.ReadByte();
                reader.End();
            }

            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(part);
        }
    }

    private static string ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (var c = stream.ReadByte(); c is not ('\n' or < 0); c = stream.ReadByte()) line.Append((char)c);
        return line.ToString();
    }

    // "<oid> blob <size>"; an object that is missing has no size.
    private static (CommitId Id, long Size)? Header(string line)
    {
        var fields = line.Split(' ');
        return fields.Length == 3 && CommitId.TryParse(fields[0], out var id) && long.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? (id, size) : null;
    }

    private sealed class BlobDigests : IBlobReader, IDisposable
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private CommitId _blob;

        public Dictionary<CommitId, string> Digests { get; } = [];

        public void Begin(CommitId blob, long size) => _blob = blob;

        public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

        public void End() => Digests[_blob] = Convert.ToHexStringLower(_hash.GetHashAndReset());

        public void Dispose() => _hash.Dispose();
    }
}
