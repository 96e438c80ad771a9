namespace Factory.Core.Ledger;

/// <summary>A line that is not what a ledger line should be.</summary>
/// <param name="LineNumber">Its position, from 1.</param>
/// <param name="Reason">What is wrong, in words.</param>
/// <param name="IsSkipped">True when the line gave no event; false when it was read in spite of the problem.</param>
public sealed record LedgerProblem(long LineNumber, string Reason, bool IsSkipped);
