using System.Globalization;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Ledger.Proofs;

/// <summary>The shape that both proof formats share: head lines, one hash a line, an empty line, the checkpoint verbatim.</summary>
internal static class ProofText
{
    /// <summary>Writes a proof.</summary>
    public static string Format(IEnumerable<string> head, IEnumerable<ReadOnlyMemory<byte>> hashes, LedgerCheckpoint checkpoint)
    {
        var text = new StringBuilder();
        foreach (var line in head) text.Append(line).Append('\n');
        foreach (var hash in hashes) text.Append(Convert.ToBase64String(hash.Span)).Append('\n');
        return text.Append('\n').Append(checkpoint.Text).ToString();
    }

    /// <summary>A head line that is a word and a number.</summary>
    public static string Numbered(string word, long number) => string.Create(CultureInfo.InvariantCulture, $"{word} {number}");

    /// <summary>Cuts a proof into its lines before the empty one, and the checkpoint after it.</summary>
    /// <exception cref="FormatException">There is no empty line.</exception>
    public static (string[] Lines, string Checkpoint) Split(string text)
    {
        var blank = text.IndexOf("\n\n", StringComparison.Ordinal);
        return blank >= 0 ? (text[..blank].Split('\n'), text[(blank + 2)..]) : throw new FormatException("no empty line comes before a checkpoint");
    }

    /// <summary>Reads a head line that is a word and a number.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    public static long ReadNumbered(string[] lines, int at, string word) =>
        at < lines.Length && lines[at].StartsWith($"{word} ", StringComparison.Ordinal)
            ? LedgerCheckpoint.ParseSize(lines[at][(word.Length + 1)..])
            : throw new FormatException($"line {at + 1} is not '{word}' and a number");

    /// <summary>Reads the hashes from a line on.</summary>
    /// <exception cref="FormatException">A line is no hash, or there are too many.</exception>
    public static ReadOnlyMemory<byte>[] ReadHashes(string[] lines, int from)
    {
        if (lines.Length - from > MerkleProof.MostHashes) throw new FormatException($"it has {lines.Length - from} hashes, more than {MerkleProof.MostHashes}");
        return [.. lines.Skip(from).Select(static line => (ReadOnlyMemory<byte>)(StrictBase64.DecodeHash(line) ?? throw new FormatException($"'{line}' is not base64 of 32 bytes")))];
    }

    /// <summary>A proof that cannot be read.</summary>
    public static FactoryException Refused(string what, FormatException why) => new(
        BlockerKind.Check, $"this is not {what}: {why.Message}", "Make the proof again (factory ledger-prove), or ask for it where it came from.", inner: why);
}
