using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation;

/// <summary>One file with its digest.</summary>
/// <param name="Name">Relative to the run's folder, with <c>/</c>.</param>
/// <param name="Sha256">SHA-256 of its content, lower-case hex.</param>
/// <param name="Size">Its length in bytes; null when a list that was read does not say.</param>
public sealed record DigestedFile(string Name, string Sha256, long? Size);

/// <summary>
/// A list of digests as <c>sha256sum --strict -c</c> reads it: <c>hash␠␠name</c>, LF, no byte order mark, <c>/</c>
/// separators, ordinal order.
/// </summary>
public static class ChecksumManifest
{
    private const int HashLength = 64, MostAttempts = 100;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Digests files, in the ordinal order of their names.</summary>
    /// <param name="root">The folder that names are relative to, absolute.</param>
    /// <param name="files">The files, absolute; all below <paramref name="root"/>.</param>
    /// <param name="cancellationToken">Ends the reading, also in the middle of a file.</param>
    /// <exception cref="FactoryException">A name has a line break, which no reader of such lists agrees on.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<DigestedFile> Digest(string root, IEnumerable<string> files, CancellationToken cancellationToken = default)
    {
        var digests = new List<DigestedFile>();
        foreach (var (name, file) in files.Select(file => (Name: NameOf(root, file), file)).OrderBy(pair => pair.Name, StringComparer.Ordinal))
        {
            if (DigestOne(name, file, cancellationToken) is { } digest) digests.Add(digest);
        }

        return digests;
    }

    // What a worker left and somebody deletes meanwhile is not there, as if it had been deleted before it was listed; the
    // run's own documents, right in its folder, must be there.
    private static DigestedFile? DigestOne(string name, string file, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                return new DigestedFile(name, Convert.ToHexStringLower(Hash(stream, cancellationToken)), stream.Position);
            }
            catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException && name.Contains('/', StringComparison.Ordinal))
            {
                if (RunTree.IsGone(file)) return null;
                // Deleted and made anew, by somebody who may go on with it.
                if (attempt == MostAttempts) throw;
            }
        }
    }

    private static byte[] Hash(FileStream stream, CancellationToken cancellationToken)
    {
        const int BlockSize = 128 * 1024;
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            for (int read; (read = stream.Read(block, 0, BlockSize)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(block, 0, read);
            }

            return hash.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    /// <summary>Writes the list.</summary>
    /// <param name="files">The files, in order.</param>
    public static byte[] Format(IEnumerable<DigestedFile> files)
    {
        var lines = new StringBuilder();
        foreach (var file in files)
        {
            var isEscaped = file.Name.Contains('\\', StringComparison.Ordinal);
            lines.Append(isEscaped ? "\\" : "").Append(file.Sha256)
                .Append("  ").Append(isEscaped ? file.Name.Replace("\\", "\\\\", StringComparison.Ordinal) : file.Name).Append('\n');
        }

        return StrictUtf8.GetBytes(lines.ToString());
    }

    /// <summary>Reads a list as <see cref="Format"/> writes it, and no other spelling of the same.</summary>
    /// <exception cref="FormatException">It is not such a list; the message names the first wrong line.</exception>
    public static IReadOnlyList<DigestedFile> Parse(ReadOnlySpan<byte> utf8)
    {
        var files = new List<DigestedFile>();
        string text;
        try
        {
            text = StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException error)
        {
            throw new FormatException("it is not UTF-8", error);
        }

        var number = 0;
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            number++;
            var end = rest.IndexOf('\n');
            if (end < 0) throw new FormatException($"line {number} has no end");
            var file = ParseLine(rest[..end]) ?? throw new FormatException($"line {number} is not a digest and a name");
            if (files.Count > 0 && string.CompareOrdinal(files[^1].Name, file.Name) >= 0) throw new FormatException($"line {number} is out of order");
            files.Add(file);
            rest = rest[(end + 1)..];
        }

        return files;
    }

    private static DigestedFile? ParseLine(ReadOnlySpan<char> line)
    {
        var isEscaped = line.Length > 0 && line[0] == '\\';
        if (isEscaped) line = line[1..];
        if (line.Length < HashLength + 3 || line[HashLength] != ' ' || line[HashLength + 1] != ' ') return null;
        foreach (var c in line[..HashLength])
            if (!char.IsAsciiHexDigitLower(c)) return null;
        var name = line[(HashLength + 2)..].ToString();
        if (isEscaped) name = name.Replace("\\\\", "\\", StringComparison.Ordinal);
        return isEscaped == name.Contains('\\', StringComparison.Ordinal) && !name.AsSpan().ContainsAny('\r', '\0') && name.Split('/').All(part => part is not ("" or "." or ".."))
            ? new DigestedFile(name, line[..HashLength].ToString(), null)
            : null;
    }

    internal static bool IsUnicode(string name)
    {
        for (var rest = name.AsSpan(); rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var consumed) != System.Buffers.OperationStatus.Done) return false;
            rest = rest[consumed..];
        }

        return true;
    }

    private static string NameOf(string root, string file)
    {
        var name = Path.GetRelativePath(root, file);
        if (Path.DirectorySeparatorChar == '\\') name = name.Replace('\\', '/');
        // Windows lets a name be half of a surrogate pair.
        if (!IsUnicode(name)) throw new FactoryException(BlockerKind.InvalidPath, $"the file name '{name}' is not valid Unicode", "rename or remove the file in the run's folder", file);
        return name.AsSpan().ContainsAny('\r', '\n')
            ? throw new FactoryException(BlockerKind.InvalidPath, $"the file name '{name.ReplaceLineEndings("␊")}' has a line break", "rename or remove the file in the run's folder", file)
            : name;
    }
}
