using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>What a look at one block found; numbers count from 1 within the block.</summary>
internal sealed class BlockFindings
{
    /// <summary>The lines that pass, in their order.</summary>
    public List<LedgerMatch> Matches { get; } = [];

    /// <summary>What is wrong with lines that were looked at, in their order.</summary>
    public List<LedgerProblem> Problems { get; } = [];

    /// <summary>How many lines the block has.</summary>
    public int Lines { get; set; }

    /// <summary>The time of the first line, where it could be told from its bytes.</summary>
    public long? FirstTicks { get; set; }
}
