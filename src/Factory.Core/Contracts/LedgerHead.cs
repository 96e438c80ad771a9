namespace Factory.Core.Contracts;

/// <summary>
/// The head of a ledger when a run ended (contract: Machine output). Whoever keeps it elsewhere can show later that the
/// ledger still begins with the same lines.
/// </summary>
/// <param name="Origin">Which ledger: the first line of its checkpoint.</param>
/// <param name="Size">How many lines it has.</param>
/// <param name="Root">The RFC 6962 root over these lines, base64, as the checkpoint spells it.</param>
public sealed record LedgerHead(string Origin, long Size, string Root);
