using System.Globalization;

namespace Factory.Benchmarks.Comparison;

/// <summary>What <c>ledger PATH_OR_COUNT</c> was asked to do.</summary>
/// <param name="Target">A ledger, or how many events to generate.</param>
/// <param name="Repetitions">Measured rounds of each figure, 5 or more.</param>
/// <param name="IsBig">Whether to make a ledger of 10,000,000 events too, about 6 GB, for append and memory.</param>
/// <param name="Folder">Where generated ledgers are made and kept; a temporary folder that is deleted when null.</param>
/// <param name="Parts">Which parts: filter, replay, verify, append, memory.</param>
internal sealed record ComparisonOptions(string Target, int Repetitions, bool IsBig, string? Folder, IReadOnlyCollection<string> Parts)
{
    public const string Usage = "usage: ledger PATH_OR_COUNT [--repetitions N] [--big] [--folder DIR] [--only filter,replay,verify,append,memory]";
    private const int FewestRepetitions = 5;
    private static readonly string[] All = ["filter", "replay", "verify", "append", "memory"];

    /// <summary>Reads the arguments after <c>ledger</c>; null when they make no sense.</summary>
    public static ComparisonOptions? Parse(string[] arguments)
    {
        if (arguments.Length == 0) return null;
        var options = new ComparisonOptions(arguments[0], FewestRepetitions, false, null, All);
        var rest = new Queue<string>(arguments.Skip(1));
        while (rest.TryDequeue(out var name))
        {
            ComparisonOptions? next = name switch
            {
                "--big" => options with { IsBig = true },
                "--repetitions" when rest.TryDequeue(out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= FewestRepetitions
                    => options with { Repetitions = count },
                "--folder" when rest.TryDequeue(out var folder) => options with { Folder = Path.GetFullPath(folder) },
                "--only" when rest.TryDequeue(out var list) && list.Split(',') is var parts && parts.All(All.Contains) => options with { Parts = parts },
                _ => null,
            };
            if (next is null) return null;
            options = next;
        }

        return options;
    }
}
