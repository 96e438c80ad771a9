using System.Globalization;
using System.Text;
using Factory.Core.Guards.Secrets;

namespace Factory.Core.Guards.Escapes;

/// <summary>
/// The text that shows changes, bounded and without secrets. Files of the checkout have their own room, so that they take none
/// from what is graver; what finds no room is counted.
/// </summary>
/// <param name="redactor">Keeps secrets out.</param>
internal sealed class EscapeEvidence(SecretRedactor redactor)
{
    // In characters. Names alone go on longer than changes do.
    private const int LongestChanges = 256 * 1024, LongestNames = 512 * 1024;
    private readonly StringBuilder _grave = new();
    private readonly StringBuilder _files = new();
    private readonly SortedDictionary<EscapeArea, int> _left = [];

    /// <summary>All of it; empty when there is nothing.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder().Append(_grave).Append(_files);
            foreach (var (area, count) in _left) text.Append(CultureInfo.InvariantCulture, $"== and {count} more {Plural(area)}\n");
            return text.ToString();
        }
    }

    /// <summary>Adds one.</summary>
    public void Show(EscapeFinding finding)
    {
        var (escape, suspects) = finding;
        var room = escape.Area == EscapeArea.Checkout ? _files : _grave;
        if (room.Length > LongestNames)
        {
            _left[escape.Area] = _left.GetValueOrDefault(escape.Area) + 1;
            return;
        }

        room.Append("== ").Append(escape.Area.ToString().ToLowerInvariant()).Append(' ').Append(redactor.Clean(escape.Name)).Append(' ').Append(escape.Deed)
            .Append("; running: ").AppendJoin(", ", suspects).Append('\n');
        if (escape.Diff.Length == 0) return;
        room.Append(room.Length > LongestChanges ? "(what was changed is not shown: too much was)" : redactor.Redact(escape.Diff)).Append('\n');
    }

    /// <summary>What more there is of an area, in words that follow a number.</summary>
    public static string Plural(EscapeArea area) => area switch
    {
        EscapeArea.Checkout => "changed files of your checkout",
        EscapeArea.Ref => "changed refs",
        EscapeArea.Config => "changed settings of the repository",
        EscapeArea.Hook => "changed hooks",
        EscapeArea.Settings => "changed files that git obeys in every worktree",
        EscapeArea.Head => "changed files beside HEAD of your checkout",
        EscapeArea.Worktree => "changed worktrees",
        EscapeArea.Bundle => "changed files of closed bundles",
        _ => "changed files that all worktrees share",
    };
}
