using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Ledger.Proofs;

/// <summary>Shows that a line is in a ledger, without the ledger (RFC 6962, section 2.1.1; C2SP tlog-proof).</summary>
/// <param name="Index">The line's position, from 0.</param>
/// <param name="Hashes">The audit path, from the leaf's sibling up to the root's child.</param>
/// <param name="Checkpoint">The tree that it leads to. Its signature must be checked as well.</param>
/// <param name="Extra">The line itself, without LF, so that the proof stands alone; nothing vouches for it before
/// <see cref="Covers"/> does.</param>
public sealed record InclusionProof(long Index, IReadOnlyList<ReadOnlyMemory<byte>> Hashes, LedgerCheckpoint Checkpoint, ReadOnlyMemory<byte> Extra)
{
    private const string FirstLine = "c2sp.org/tlog-proof@v1", ExtraWord = "extra ", IndexWord = "index";

    /// <summary>The proof as text; files of it end in <c>.tlog-proof</c>.</summary>
    public string Format() => ProofText.Format(
        [FirstLine, .. Extra.IsEmpty ? (string[])[] : [ExtraWord + Convert.ToBase64String(Extra.Span)], ProofText.Numbered(IndexWord, Index)], Hashes, Checkpoint);

    /// <summary>Reads a proof, strictly. What it says is not checked: see <see cref="Covers"/>.</summary>
    /// <exception cref="FactoryException">It is not a proof; the message says why.</exception>
    public static InclusionProof Parse(string text)
    {
        try
        {
            var (lines, note) = ProofText.Split(text);
            if (lines[0] != FirstLine) throw new FormatException($"its first line is not '{FirstLine}'");
            var extra = lines.Length > 1 && lines[1].StartsWith(ExtraWord, StringComparison.Ordinal) ? ReadExtra(lines[1]) : null;
            var at = extra is null ? 1 : 2;
            var index = ProofText.ReadNumbered(lines, at, IndexWord);
            var hashes = ProofText.ReadHashes(lines, at + 1);
            var checkpoint = LedgerCheckpoint.Parse(note);
            return index < checkpoint.Size
                ? new InclusionProof(index, hashes, checkpoint, extra)
                : throw new FormatException($"its index {index} is not in a tree of {checkpoint.Size} lines");
        }
        catch (FormatException error)
        {
            throw ProofText.Refused("an inclusion proof (C2SP tlog-proof)", error);
        }
    }

    /// <summary>Whether the checkpoint's tree has this line, without LF, at this index.</summary>
    public bool Covers(ReadOnlySpan<byte> line) =>
        MerkleProof.RootOf(Index, Checkpoint.Size, LedgerHash.Leaf(line), Hashes) is { } root && Checkpoint.Root.Span.SequenceEqual(root);

    private static byte[] ReadExtra(string line) =>
        StrictBase64.Decode(line[ExtraWord.Length..]) is { Length: > 0 } extra ? extra : throw new FormatException("its extra data is not base64 of anything");
}
