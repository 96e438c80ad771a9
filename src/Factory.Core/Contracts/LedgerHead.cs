using System.Globalization;

namespace Factory.Core.Contracts;

/// <summary>
/// The head of a ledger when a run ended (contract: Machine output). Whoever keeps it elsewhere can show later that the
/// ledger still begins with the same lines.
/// </summary>
/// <param name="Origin">Which ledger: the first line of its checkpoint.</param>
/// <param name="Size">How many lines it has.</param>
/// <param name="Root">The RFC 6962 root over these lines, base64, as the checkpoint spells it.</param>
public sealed record LedgerHead(string Origin, long Size, string Root)
{
    private const int RootSize = 32;

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FactoryException">The text is not a head.</exception>
    public static LedgerHead Parse(string text)
    {
        // The whole line may be given as it was printed, with what stands before and after the head.
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = Array.FindIndex(words, word => word.StartsWith("factory-ledger/", StringComparison.Ordinal));
        string[] parts = start < 0 ? words : [.. words.Skip(start).Take(3)];
        var root = new byte[RootSize];
        return parts.Length == 3 && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && Convert.TryFromBase64String(parts[2], root, out var length) && length == RootSize
            ? new LedgerHead(parts[0], size, parts[2])
            : throw new FactoryException(BlockerKind.Config, $"'{text}' is not the head of a ledger", "give origin, size and root as a run printed them, in quotes: \"factory-ledger/0123456789abcdef 42 <base64>\"");
    }

    /// <summary>Origin, size and root, separated by spaces: one line to be kept.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Origin} {Size} {Root}");
}
