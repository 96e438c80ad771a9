using System.Runtime.CompilerServices;
using Factory.Core.Guards.Secrets;
using Spectre.Console;

namespace Factory.Cli.Output;

/// <summary>
/// What a person sees. Colour and boxes only on a terminal that wants them; else plain text, one fact a line. Every text
/// that passes through is made safe.
/// </summary>
internal sealed class Screen : IDisposable
{
    // Lines are never broken by us: a path that is cut cannot be copied. The terminal folds them.
    private const int NeverBroken = 100_000;
    private const int BoxBorder = 3;
    private readonly StreamWriter _output = new(Console.OpenStandardOutput(), Utf8Console.Encoding) { AutoFlush = false };

    private Screen(bool isTerminal, bool isRich, bool showsProgress) => (IsTerminal, IsRich, ShowsProgress) = (isTerminal, isRich, showsProgress);

    /// <summary>Whether a person watches standard output.</summary>
    public bool IsTerminal { get; }

    /// <summary>Whether colour and boxes are wanted.</summary>
    public bool IsRich { get; }

    /// <summary>Whether live progress may be drawn: standard output and standard error are both terminals.</summary>
    public bool ShowsProgress { get; }

    /// <summary>Standard error.</summary>
    public static TextWriter ErrorWriter => Console.Error;

    /// <summary>Looks at where the output goes.</summary>
    /// <param name="isJson">Whether standard output belongs to a document.</param>
    public static Screen Open(bool isJson)
    {
        var isTerminal = !isJson && !Console.IsOutputRedirected;
        var isRich = isTerminal && Environment.GetEnvironmentVariable("TERM") != "dumb" && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Screen(isTerminal, isRich, isRich && !Console.IsErrorRedirected);
    }

    /// <summary>One line.</summary>
    /// <param name="text">The text; made safe.</param>
    /// <param name="style">A Spectre style, used on terminals only.</param>
    public void Line(string text = "", string? style = null)
    {
        var safe = Untrusted.Line(text);
        if (IsRich && style is not null) WriteStyled(safe, style);
        else _output.WriteLine(safe);
    }

    /// <summary>A table.</summary>
    public void Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<IReadOnlyList<string>> safe = [.. rows.Select(row => (IReadOnlyList<string>)[.. row.Select(Untrusted.Line)])];
        // In a box too narrow for it, a run id is cut in two and cannot be copied.
        if (IsRich && PlainTable.WidthOf(columns, safe) + (columns.Count * BoxBorder) < Console.WindowWidth) WriteBox(columns, safe);
        else foreach (var line in Lines(columns, safe)) _output.WriteLine(line);
    }

    // Into a file or a pipe a row stays a line, however long: a program reads it.
    private IEnumerable<string> Lines(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows) =>
        IsTerminal && Console.WindowWidth is > 0 and var width && PlainTable.LineWidthOf(columns, rows) > width
            ? PlainTable.Stack(columns, rows, width)
            : PlainTable.Render(columns, rows);

    /// <summary>Text as it is, each line made safe.</summary>
    public void Text(string text)
    {
        foreach (var line in Untrusted.Lines(text)) _output.WriteLine(line);
    }

    /// <summary>A line on standard error, without what looks like a secret: errors repeat what they were given.</summary>
    public void Error(string text)
    {
        _output.Flush();
        foreach (var line in Untrusted.Lines(new SecretRedactor().Redact(text))) ErrorWriter.WriteLine(line);
    }

    /// <inheritdoc/>
    public void Dispose() => _output.Dispose();

    // Apart, so that plain output does not load the library.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteStyled(string safe, string style)
    {
        var console = OpenConsole();
        console.Profile.Width = NeverBroken;
        console.MarkupLine($"[{style}]{Markup.Escape(safe)}[/]");
        _output.Flush();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteBox(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var table = new Table().RoundedBorder().BorderColor(Color.Grey);
        foreach (var (column, isNumber) in columns.Zip(PlainTable.FindNumbers(columns, rows)))
            table.AddColumn(new TableColumn(Markup.Escape(column)) { Alignment = isNumber ? Justify.Right : Justify.Left });
        foreach (var row in rows) table.AddRow([.. row.Select(cell => new Markup(Markup.Escape(cell), StatusStyle.Of(cell)))]);
        OpenConsole().Write(table);
        _output.Flush();
    }

    private IAnsiConsole OpenConsole() => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(_output), Ansi = AnsiSupport.Yes });
}
