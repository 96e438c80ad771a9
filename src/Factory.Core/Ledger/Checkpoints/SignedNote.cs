using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Checkpoints;

/// <summary>What a signature on a checkpoint says about a key.</summary>
public enum CheckpointSignature
{
    /// <summary>The key signed this very text.</summary>
    Valid,

    /// <summary>No signature line carries this key's name and id: somebody else's, or nobody's.</summary>
    OtherKey,

    /// <summary>A line carries the key's name and id, but the key did not sign this text.</summary>
    Invalid,
}

/// <summary>One signature line of a note.</summary>
/// <param name="Name">The key name.</param>
/// <param name="KeyId">The first four bytes of the key's hash, big-endian.</param>
/// <param name="Signature">What follows the key id.</param>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature);

/// <summary>
/// A signed note (C2SP signed-note): text that ends with LF, an empty line, and one or more signature lines. Factory
/// signs with ECDSA, signature type 0x02: the key id is the first four bytes of SHA-256 of the SubjectPublicKeyInfo,
/// the signature is DER over SHA-256 of the text.
/// </summary>
public sealed class SignedNote
{
    private const byte EcdsaType = 2;
    private const string LineStart = "\u2014 ";

    // The same bounds as the note package of Go; the specification asks for at least 16 signatures.
    private const int MostSignatures = 100, LongestNote = 1_000_000;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures, string source) => (Text, Signatures, Source) = (text, signatures, source);

    /// <summary>The signed text, with its final LF.</summary>
    public string Text { get; }

    /// <summary>The signature lines, in their order; those of unknown keys too.</summary>
    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>The whole note, verbatim.</summary>
    public string Source { get; }

    /// <summary>Reads a note, strictly.</summary>
    /// <exception cref="FormatException">It is not a signed note; the message says why.</exception>
    public static SignedNote Parse(string note)
    {
        if (note.Length > LongestNote) throw new FormatException($"it is longer than {LongestNote} characters");
        if (!IsText(note)) throw new FormatException("it holds a control character other than LF, or is not Unicode text");
        var blank = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (blank < 0 || blank + 2 == note.Length) throw new FormatException("no signature line follows an empty line");
        if (note[^1] != '\n') throw new FormatException("it does not end with LF");
        var lines = note[(blank + 2)..^1].Split('\n');
        return lines.Length <= MostSignatures
            ? new SignedNote(note[..(blank + 1)], [.. lines.Select(ParseSignature)], note)
            : throw new FormatException($"it has {lines.Length} signatures, more than {MostSignatures}");
    }

    /// <summary>Signs a text under a name.</summary>
    /// <exception cref="FormatException">The text or the name cannot be in a note.</exception>
    public static SignedNote Sign(string text, string name, SigningKey key)
    {
        Span<byte> id = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(id, KeyIdOf(key.Public));
        byte[] signature = [.. id, .. key.Sign(StrictUtf8.GetBytes(text))];
        return Parse($"{text}\n{LineStart}{name} {Convert.ToBase64String(signature)}\n");
    }

    /// <summary>What the note says about a key under a name. A key that signed twice must have signed rightly twice.</summary>
    public CheckpointSignature Check(string name, VerifyingKey key)
    {
        var id = KeyIdOf(key);
        var own = Signatures.Where(line => line.Name == name && line.KeyId == id).ToArray();
        if (own.Length == 0) return CheckpointSignature.OtherKey;
        var text = StrictUtf8.GetBytes(Text);
        return own.All(line => key.Verify(text, line.Signature.Span)) ? CheckpointSignature.Valid : CheckpointSignature.Invalid;
    }

    /// <summary>The id that stands for a key on a signature line.</summary>
    public static uint KeyIdOf(VerifyingKey key) => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(key.SubjectPublicKeyInfo.Span));

    /// <summary>A key as other tools take it, a <c>vkey</c>: <c>name+key id+base64(0x02 || SubjectPublicKeyInfo)</c>.</summary>
    public static string VerifierKey(string name, VerifyingKey key) =>
        $"{name}+{KeyIdOf(key):x8}+{Convert.ToBase64String([EcdsaType, .. key.SubjectPublicKeyInfo.Span])}";

    private static NoteSignature ParseSignature(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length != 3 || !line.StartsWith(LineStart, StringComparison.Ordinal))
            throw new FormatException($"the signature line '{line}' is not an em dash, a name and base64, one space apart");
        if (parts[1].Length == 0 || parts[1].Contains('+', StringComparison.Ordinal) || parts[1].Any(char.IsWhiteSpace))
            throw new FormatException($"'{parts[1]}' is not a key name: it is empty, or holds a space or a plus");
        return StrictBase64.Decode(parts[2]) is { Length: > sizeof(uint) } bytes
            ? new NoteSignature(parts[1], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(sizeof(uint)))
            : throw new FormatException($"the signature of '{parts[1]}' is not base64 of a key id and a signature");
    }

    private static bool IsText(string note)
    {
        for (var i = 0; i < note.Length; i++)
        {
            if (note[i] < ' ' && note[i] != '\n') return false;
            if (!char.IsSurrogate(note[i])) continue;
            if (i + 1 == note.Length || !char.IsSurrogatePair(note[i], note[++i])) return false;
        }

        return true;
    }
}
