using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Reading;

/// <summary>Rebuilds the states of runs in one pass over a ledger, each thread with the runs it meets, joined at the end.</summary>
internal sealed class ReplayScan(LedgerFile file, LedgerFilter filter, bool isStrict, ReadingLimits limits)
{
    private readonly LineTest _test = new(filter);

    /// <summary>The histories of the runs, and what is wrong with lines.</summary>
    public (RunHistories Runs, List<LedgerProblem> Problems) Read(CancellationToken cancellationToken)
    {
        var parts = UnorderedWork.Run(limits.Forward(0, file.Length), static () => new Part(), Visit, limits.Threads, cancellationToken);
        var runs = new RunHistories();
        foreach (var part in parts) runs.Add(part.Runs);
        return (runs, Problems(parts.SelectMany(static part => part.Blocks)));
    }

    private static List<LedgerProblem> Problems(IEnumerable<(long Start, int Lines, List<LedgerProblem> Problems)> blocks)
    {
        var problems = new List<LedgerProblem>();
        var before = 0L;
        foreach (var block in blocks.OrderBy(static block => block.Start))
        {
            problems.AddRange(block.Problems.Select(problem => problem with { LineNumber = before + problem.LineNumber }));
            before += block.Lines;
        }

        return problems;
    }

    private void Visit(Part part, LedgerRange range)
    {
        var findings = new BlockScan(_test, isStrict, part.Runs, limits.FirstBlock, part.Shapes).Read(file, range);
        part.Blocks.Add((range.Start, findings.Lines, findings.Problems));
    }

    private sealed class Part
    {
        public RunHistories Runs { get; } = new();

        public ShapedMembers Shapes { get; } = new();

        public List<(long Start, int Lines, List<LedgerProblem> Problems)> Blocks { get; } = [];
    }
}
