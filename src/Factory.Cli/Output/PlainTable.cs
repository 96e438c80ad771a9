using System.Globalization;

namespace Factory.Cli.Output;

/// <summary>A table as plain text: columns two spaces apart, numbers to the right.</summary>
internal static class PlainTable
{
    private const string Gap = "  ";

    /// <summary>The lines of the table, the heading first.</summary>
    public static IEnumerable<string> Render(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var areNumbers = FindNumbers(columns, rows);
        var widths = Widths(columns, rows);
        foreach (var row in rows.Prepend(columns))
            yield return (Gap + string.Join(Gap, row.Select((cell, at) => Pad(cell, widths[at], areNumbers[at])))).TrimEnd();
    }

    /// <summary>The rows as records of a few lines each, for a terminal that is too narrow for the table. No cell is broken: it can be copied.</summary>
    /// <param name="columns">The names of the columns.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="width">How wide a line may be; a single cell that is wider has a line of its own.</param>
    public static IEnumerable<string> Stack(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows, int width)
    {
        foreach (var row in rows)
        {
            var line = "";
            foreach (var fact in columns.Zip(row, (name, cell) => $"{Gap}{name}: {cell}"))
            {
                if (line.Length > 0 && Width(line) + Width(fact) > width)
                {
                    yield return line;
                    line = Gap;
                }

                line += fact;
            }

            yield return line;
        }
    }

    /// <summary>How wide the lines of the table are.</summary>
    public static int LineWidthOf(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows) => WidthOf(columns, rows) + (columns.Count * Gap.Length);

    /// <summary>How wide the cells of a row are together.</summary>
    public static int WidthOf(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows) => Widths(columns, rows).Sum();

    /// <summary>Which columns hold only numbers, with or without a unit.</summary>
    public static bool[] FindNumbers(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows) =>
        [.. columns.Select((name, at) => rows.Count > 0 && rows.All(row => row[at] is "-" || double.TryParse(row[at].Split(' ')[0], NumberStyles.Float, CultureInfo.InvariantCulture, out _)))];

    private static int[] Widths(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows) =>
        [.. columns.Select((name, at) => rows.Select(row => Width(row[at])).Append(Width(name)).Max())];

    private static string Pad(string cell, int width, bool isNumber)
    {
        var space = new string(' ', width - Width(cell));
        return isNumber ? space + cell : cell + space;
    }

    private static int Width(string cell) => new StringInfo(cell).LengthInTextElements;
}
