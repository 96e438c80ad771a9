using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>
/// The signed head of a ledger's Merkle tree (C2SP tlog-checkpoint): origin, size and root, signed under the origin as the
/// key's name. Two checkpoints are equal when their notes are, byte for byte.
/// </summary>
public sealed record LedgerCheckpoint
{
    private const int LinesNeeded = 3, LongestFile = 1024 * 1024;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly SignedNote _note;

    private LedgerCheckpoint(SignedNote note)
    {
        _note = note;
        var lines = note.Text.Split('\n')[..^1];
        if (lines.Length < LinesNeeded) throw new FormatException("it has no three lines: origin, size and root");
        if (lines.Any(string.IsNullOrEmpty)) throw new FormatException("a line of its text is empty");
        Origin = lines[0];
        Size = ParseSize(lines[1]);
        Root = StrictBase64.DecodeHash(lines[2]) ?? throw new FormatException($"the root '{lines[2]}' is not base64 of 32 bytes");
        if (Size == 0 && !Root.Span.SequenceEqual(SHA256.HashData([]))) throw new FormatException("its size is 0, but its root is not that of the empty tree");
    }

    /// <summary>Which ledger it speaks of.</summary>
    public string Origin { get; }

    /// <summary>How many lines the tree has.</summary>
    public long Size { get; }

    /// <summary>The root over the first <see cref="Size"/> lines (RFC 6962, section 2.1), 32 bytes.</summary>
    public ReadOnlyMemory<byte> Root { get; }

    /// <summary>The whole signed note, verbatim.</summary>
    public string Text => _note.Source;

    /// <summary>The note's signature lines.</summary>
    public IReadOnlyList<NoteSignature> Signatures => _note.Signatures;

    /// <summary>The id of the key that signed under the origin's name, by its own word: eight lower-case hex digits, or null.</summary>
    public string? SignerId => Signatures.FirstOrDefault(line => line.Name == Origin)?.KeyId.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Reads a checkpoint, strictly. Its signature is not checked: see <see cref="Check"/>.</summary>
    /// <param name="note">The signed note.</param>
    /// <param name="path">The file that it came from, for messages.</param>
    /// <exception cref="FactoryException">It is not a checkpoint; the message says why.</exception>
    public static LedgerCheckpoint Parse(string note, string? path = null)
    {
        try
        {
            return new LedgerCheckpoint(SignedNote.Parse(note));
        }
        catch (FormatException error)
        {
            throw Refused(error.Message, path, error);
        }
    }

    /// <summary>Reads a checkpoint file that somebody names; it may be a link or a pipe.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="FactoryException">It cannot be read, or is not a checkpoint.</exception>
    public static LedgerCheckpoint? Read(string path) => Read(path, File.ReadAllBytes);

    /// <summary>Reads the checkpoint beside a ledger, which is a plain file or nothing.</summary>
    /// <inheritdoc cref="Read(string)"/>
    internal static LedgerCheckpoint? ReadBeside(string path) => Read(path, static path => SideFile.TryRead(path, LongestFile));

    private static LedgerCheckpoint? Read(string path, Func<string, byte[]?> read)
    {
        try
        {
            return read(path) is { } bytes ? Parse(StrictUtf8.GetString(bytes), path) : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (DecoderFallbackException error)
        {
            throw Refused("it is not UTF-8", path, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LedgerFailure.Unreadable(path, error);
        }
    }

    /// <summary>Makes a checkpoint.</summary>
    /// <exception cref="FactoryException">The origin cannot name a key, or the values are no tree head.</exception>
    public static LedgerCheckpoint Sign(string origin, long size, ReadOnlySpan<byte> root, SigningKey key)
    {
        try
        {
            return new LedgerCheckpoint(SignedNote.Sign(string.Create(CultureInfo.InvariantCulture, $"{origin}\n{size}\n{Convert.ToBase64String(root)}\n"), origin, key));
        }
        catch (FormatException error)
        {
            throw Refused(error.Message, null, error);
        }
    }

    /// <summary>What the note's signatures say about a key. Lines of other keys, witnesses' for example, are ignored.</summary>
    public CheckpointSignature Check(VerifyingKey key) => _note.Check(Origin, key);

    /// <inheritdoc/>
    public bool Equals(LedgerCheckpoint? other) => Text == other?.Text;

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Text);

    /// <summary>The origin of the ledger that begins with a line: stable, and another for every ledger.</summary>
    internal static string OriginOf(ReadOnlySpan<byte> firstLine) => $"factory-ledger/{Convert.ToHexStringLower(LedgerHash.Leaf(firstLine).AsSpan(0, 8))}";

    /// <summary>A tree size: decimal digits without a leading zero, at most <see cref="long.MaxValue"/>.</summary>
    internal static long ParseSize(string text) =>
        text.All(char.IsAsciiDigit) && (text.Length == 1 || !text.StartsWith('0')) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size
            : throw new FormatException($"'{text}' is not a decimal number without leading zeros");

    private static FactoryException Refused(string why, string? path, Exception inner) => new(
        BlockerKind.Check, $"{path ?? "the text"} is not a checkpoint (C2SP tlog-checkpoint): {why}", "Restore it from a backup, or take a copy of it that was kept elsewhere.", path, inner: inner);
}
