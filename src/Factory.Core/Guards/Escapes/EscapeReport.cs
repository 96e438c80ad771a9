using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;

namespace Factory.Core.Guards.Escapes;

/// <summary>Turns findings into blockers and warnings, and into one file that shows the changes.</summary>
/// <param name="onlyWarns">Whether changes that a person makes in everyday work warn only (<c>security.escape_check</c>).</param>
/// <param name="evidence">The file that shows the changes, as messages name it.</param>
/// <param name="redactor">Keeps secrets out.</param>
public sealed class EscapeReport(bool onlyWarns, string evidence, SecretRedactor redactor)
{
    private const int MostBlockers = 50;
    private const int LongestFile = 256 * 1024;
    private readonly StringBuilder _text = new();
    private int _count;

    /// <summary>What blocks.</summary>
    public List<Blocker> Blockers { get; } = [];

    /// <summary>What only warns.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The changes, bounded and without secrets; empty when there are none.</summary>
    public string Text => _text.ToString();

    /// <summary>Adds a finding.</summary>
    public void Add(EscapeFinding finding)
    {
        var (escape, suspects) = finding;
        Show(escape, suspects);
        var worker = suspects.Count == 1 ? suspects[0] : null;
        var message = $"{escape.Subject} {escape.Deed} while {Names(suspects)} ran{(escape.IsEverydayWork ? ", by a worker or by you" : "")}";
        if (escape.IsRemoteCopy || escape.IsNewBranch || (escape.IsEverydayWork && onlyWarns))
        {
            if (_count++ < MostBlockers) Warnings.Add($"{message}; see {evidence}");
            return;
        }

        if (Blockers.Count == MostBlockers) Blockers.Add(new Blocker(BlockerKind.Escape, worker, null, $"more was changed while {Names(suspects)} ran than is listed here", $"read {evidence}"));
        if (Blockers.Count > MostBlockers) return;
        Blockers.Add(new Blocker(BlockerKind.Escape, worker, escape.Name, message, escape.IsEverydayWork
            ? $"look at it in {evidence}; if it was you, run again, or set security.escape_check to warn; if not, put it back and find the worker in its logs"
            : $"look at it in {evidence}, put it back, find the worker in its logs, and run again"));
    }

    private static string Names(IReadOnlyList<string> suspects) => suspects.Count switch
    {
        0 => "the run",
        1 => suspects[0],
        > 8 => $"{string.Join(", ", suspects.Take(8))} and {suspects.Count - 8} others",
        _ => $"{string.Join(", ", suspects.SkipLast(1))} and {suspects[^1]}",
    };

    private void Show(Escape escape, IReadOnlyList<string> suspects)
    {
        if (_text.Length > LongestFile) return;
        _text.Append("== ").Append(escape.Area.ToString().ToLowerInvariant()).Append(' ').Append(redactor.Clean(escape.Name)).Append(' ').Append(escape.Deed)
            .Append("; running: ").AppendJoin(", ", suspects).Append('\n');
        if (escape.Diff.Length > 0) _text.Append(redactor.Redact(escape.Diff)).Append('\n');
    }
}
