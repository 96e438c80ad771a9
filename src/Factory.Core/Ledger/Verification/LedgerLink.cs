namespace Factory.Core.Ledger.Verification;

/// <summary>The link from a line to the one before.</summary>
internal static class LedgerLink
{
    /// <summary>Why a link is broken, or null.</summary>
    /// <param name="number">The line's number.</param>
    /// <param name="previous">Its <c>hashes.prev</c>, or null.</param>
    /// <param name="previousLeaf">The leaf hash of the line before; null when it is not known.</param>
    public static string? Explain(long number, string? previous, byte[]? previousLeaf)
    {
        if (number == 1) return previous is null ? null : "it names a line before it, but it is the first: lines before it were removed";
        if (previous is null) return "it does not name the line before it: it was put there, or lines before it were removed";
        return previousLeaf is null || previous == Convert.ToHexStringLower(previousLeaf)
            ? null
            : $"hashes.prev is not the hash of line {number - 1}: that line was changed, or lines were removed, added or moved here";
    }
}
