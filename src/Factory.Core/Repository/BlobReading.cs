using System.Buffers;
using System.Globalization;
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

    /// <summary>The sizes of blobs in bytes, without reading them.</summary>
    /// <exception cref="FactoryException">A blob is missing, or git failed.</exception>
    public static async Task<IReadOnlyDictionary<CommitId, long>> SizesAsync(this GitRepository repository, IReadOnlyCollection<CommitId> blobs, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<CommitId, long>();
        if (blobs.Count == 0) return sizes;
        var call = Batch("--batch-check", blobs);
        foreach (var line in (await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Text.Split('\n'))
            if (Header(line) is { } header) sizes[header.Id] = header.Size;
        foreach (var blob in blobs)
            if (!sizes.ContainsKey(blob)) throw GitRepository.Failed(call, 0, $"{blob} is not there");
        return sizes;
    }

    /// <summary>Reads each blob once.</summary>
    /// <exception cref="FactoryException">A blob is missing, or git failed.</exception>
    public static async Task ReadBlobsAsync(this GitRepository repository, IReadOnlyCollection<CommitId> blobs, IBlobReader reader, CancellationToken cancellationToken)
    {
        if (blobs.Count == 0) return;
        var call = Batch("--batch", blobs) with { WorkingDirectory = repository.Root };
        var count = 0;
        var (code, error) = await repository.Git.RunAsync(
            call, async (stream, token) => count = await ReadAsync(stream, reader, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        if (code != 0 || count != blobs.Count) throw GitRepository.Failed(call, code, error.Length > 0 ? error : $"{count} of {blobs.Count} objects came");
    }

    private static GitCall Batch(string kind, IReadOnlyCollection<CommitId> blobs) =>
        new("cat-file", kind, "--buffer") { Input = Encoding.ASCII.GetBytes(string.Concat(blobs.Select(blob => blob.Hex + "\n"))) };

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
}
