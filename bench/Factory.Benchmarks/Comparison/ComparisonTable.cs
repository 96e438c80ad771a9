using System.Globalization;

namespace Factory.Benchmarks.Comparison;

/// <summary>The figures as a Markdown table.</summary>
internal sealed class ComparisonTable(TextWriter output)
{
    private readonly List<string> _notes = [];

    /// <summary>Prints the head; every row follows as soon as it is known, so that a long comparison shows what it has.</summary>
    public void Begin() => output.WriteLine("| what | Factory | peer | ratio | to reach |\n|---|---|---|---|---|");

    /// <summary>Two times: the ratio is Factory's share of the peer's time.</summary>
    public void AddTimes(string what, Samples factory, string peer, Samples other, double? most) =>
        Add(what, Seconds(factory), $"{peer}: {Seconds(other)}", factory.Median / other.Median, most is { } limit ? $"at most {Number(limit)}" : "");

    /// <summary>Two rates: the ratio is Factory's rate over the peer's.</summary>
    public void AddRates(string what, Samples factory, string peer, Samples other, string unit, double scale, double? least) =>
        Add(what, Rate(factory, unit, scale), $"{peer}: {Rate(other, unit, scale)}", factory.Median / other.Median, least is { } limit ? $"at least {Number(limit)}" : "");

    /// <summary>A line of text cells.</summary>
    public void AddText(string what, string factory, string peer = "", string ratio = "", string toReach = "") =>
        output.WriteLine($"| {what} | {factory} | {peer} | {ratio} | {toReach} |");

    /// <summary>Something that the reader must know, printed below the table.</summary>
    public void Note(string text) => _notes.Add(text);

    /// <summary>Prints the notes.</summary>
    public void End()
    {
        output.WriteLine();
        foreach (var note in _notes) output.WriteLine($"- {note}");
    }

    /// <summary>A number with three significant digits, whatever the machine's language.</summary>
    public static string Number(double value) => value.ToString(value >= 100 ? "N0" : "G3", CultureInfo.InvariantCulture);

    private void Add(string what, string factory, string peer, double ratio, string toReach) =>
        AddText(what, factory, peer, $"**{Number(ratio)}**", toReach);

    private static string Seconds(Samples samples) => $"{Number(samples.Median)} s ({Number(samples.Least)} to {Number(samples.Most)})";

    private static string Rate(Samples samples, string unit, double scale) =>
        $"{Number(samples.Median / scale)} {unit} ({Number(samples.Least / scale)} to {Number(samples.Most / scale)})";
}
