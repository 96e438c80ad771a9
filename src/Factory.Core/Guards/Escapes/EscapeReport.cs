using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;

namespace Factory.Core.Guards.Escapes;

/// <summary>Turns findings into blockers and warnings, and into one file that shows the changes.</summary>
/// <param name="onlyWarns">Whether changes that a person makes in everyday work warn only (<c>security.escape_check</c>).</param>
/// <param name="evidence">The file that shows the changes, as messages name it.</param>
/// <param name="redactor">Keeps secrets out.</param>
public sealed class EscapeReport(bool onlyWarns, string evidence, SecretRedactor redactor)
{
    // Of each kind, so that a thousand changed files hide no setting.
    private const int MostOfAKind = 50;
    private readonly EscapeEvidence _evidence = new(redactor);

    /// <summary>What blocks.</summary>
    public List<Blocker> Blockers { get; } = [];

    /// <summary>What only warns.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The changes, bounded and without secrets; empty when there are none.</summary>
    public string Text => _evidence.Text;

    /// <summary>Adds what was found at one time: the gravest first, and of each kind so many at most, with how many more there are.</summary>
    public void Add(IEnumerable<EscapeFinding> findings)
    {
        foreach (var kind in findings.GroupBy(finding => KindOf(finding.Escape)).OrderBy(kind => kind.Key.Gravity).ThenBy(kind => kind.Key.Warns))
        {
            var all = kind.ToList();
            foreach (var finding in all.Take(MostOfAKind)) List(finding, kind.Key.Warns);
            foreach (var finding in all) _evidence.Show(finding);
            if (all.Count <= MostOfAKind) continue;
            List<string> suspects = [.. all.Skip(MostOfAKind).SelectMany(finding => finding.Suspects).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            var message = string.Create(CultureInfo.InvariantCulture, $"and {all.Count - MostOfAKind} more {EscapeEvidence.Plural(all[0].Escape.Area)} while {Names(suspects)} ran");
            if (kind.Key.Warns) Warnings.Add($"{message}; see {evidence}");
            else Blockers.Add(new Blocker(BlockerKind.Escape, suspects.Count == 1 ? suspects[0] : null, null, message, $"read {evidence}"));
        }
    }

    private (int Gravity, EscapeArea Area, bool Warns) KindOf(Escape escape)
    {
        var takesNothing = escape.IsRemoteCopy || escape.IsNewBranch || escape.IsGitsOwn;
        return (Gravity(escape.Area) + (takesNothing ? 1 : 0), escape.Area, takesNothing || (escape.IsEverydayWork && onlyWarns));
    }

    // What runs something or decides what git does, then what would be lost, then files, of which there may be very many.
    private static int Gravity(EscapeArea area) => 2 * area switch
    {
        EscapeArea.Config => 0,
        EscapeArea.Hook => 1,
        EscapeArea.Settings => 2,
        EscapeArea.Shared => 3,
        EscapeArea.Ledger => 4,
        EscapeArea.Head => 5,
        EscapeArea.Index => 6,
        EscapeArea.Ref => 7,
        EscapeArea.Checkout => 99,
        _ => 8 + (int)area,
    };

    private void List(EscapeFinding finding, bool warns)
    {
        var (escape, suspects) = finding;
        var message = $"{escape.Subject} {escape.Deed} while {Names(suspects)} ran{(escape.IsEverydayWork ? ", by a worker or by you" : "")}";
        if (warns) Warnings.Add($"{message}; see {evidence}");
        else Blockers.Add(new Blocker(BlockerKind.Escape, suspects.Count == 1 ? suspects[0] : null, escape.Name, message, escape.IsEverydayWork
            ? $"look at it in {evidence}; if it was you, run again, or set security.escape_check to warn; if not, put it back and find the worker in its logs"
            : $"look at it in {evidence}, put it back, find the worker in its logs, and run again{(escape.IsOfSubmodule ? "; if it initialised submodules, do so in your checkout before ('git submodule update --init'), so that it finds them known" : "")}"));
    }

    private static string Names(IReadOnlyList<string> suspects) => suspects.Count switch
    {
        0 => "the run",
        1 => suspects[0],
        > 8 => $"{string.Join(", ", suspects.Take(8))} and {suspects.Count - 8} others",
        _ => $"{string.Join(", ", suspects.SkipLast(1))} and {suspects[^1]}",
    };
}
