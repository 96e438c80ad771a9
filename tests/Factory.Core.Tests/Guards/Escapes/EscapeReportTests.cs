using Factory.Core.Guards.Escapes;
using Factory.Core.Guards.Secrets;

namespace Factory.Core.Tests.Guards.Escapes;

/// <summary>Nothing that was found is silently left out of a report or its evidence.</summary>
public sealed class EscapeReportTests
{
    private static readonly string[] Suspects = ["A_worker"];
    private readonly EscapeReport _warns = new(onlyWarns: true, "escapes.diff", new SecretRedactor());

    [Fact]
    public void A_thousand_changed_files_hide_nothing_that_is_graver()
    {
        _warns.Add([.. Files(1000, 14_000), .. Grave]);
        AssertGraveIsListed();
        Assert.Contains(_warns.Warnings, warning => warning.StartsWith("and 950 more changed files of your checkout while A_worker ran", StringComparison.Ordinal));
        Assert.True(_warns.Warnings.FindIndex(warning => warning.Contains("refs/heads/release", StringComparison.Ordinal)) < _warns.Warnings.FindIndex(warning => warning.Contains("in your checkout", StringComparison.Ordinal)));
    }

    [Fact]
    public void What_an_earlier_look_found_takes_no_room_from_a_later_one()
    {
        _warns.Add(Files(1000, 14_000));
        _warns.Add(Grave);
        AssertGraveIsListed();
    }

    [Fact]
    public void New_branches_hide_no_branch_that_was_moved()
    {
        _warns.Add([.. Enumerable.Range(0, 200).Select(n => Of(EscapeArea.Ref, $"refs/heads/a{n:000}", Escape.Made, "+1")), Of(EscapeArea.Ref, "refs/heads/release", "was changed", "-1\n+2")]);
        Assert.Contains("refs/heads/release", _warns.Warnings[0], StringComparison.Ordinal);
        Assert.Contains(_warns.Warnings, warning => warning.StartsWith("and 150 more changed refs", StringComparison.Ordinal));
    }

    [Fact]
    public void What_blocks_is_counted_and_blocks_each_time()
    {
        var report = new EscapeReport(onlyWarns: false, "escapes.diff", new SecretRedactor());
        report.Add(Files(60, 10));
        Assert.Equal(51, report.Blockers.Count);
        Assert.StartsWith("and 10 more changed files of your checkout", report.Blockers[^1].Message, StringComparison.Ordinal);
        report.Add([new EscapeFinding(new Escape(EscapeArea.Checkout, "late", "was changed", ""), ["B_worker"])]);
        Assert.Equal(("late", "B_worker"), (report.Blockers[^1].Path, report.Blockers[^1].Worker));
    }

    [Fact]
    public void The_evidence_is_bounded_and_says_how_many_changes_are_not_in_it()
    {
        _warns.Add(Files(20_000, 100));
        Assert.InRange(_warns.Text.Length, 1, 1024 * 1024);
        var named = _warns.Text.Split('\n').Count(line => line.StartsWith("== checkout ", StringComparison.Ordinal));
        Assert.EndsWith($"== and {20_000 - named} more changed files of your checkout\n", _warns.Text, StringComparison.Ordinal);
    }

    private static EscapeFinding[] Grave =>
    [
        Of(EscapeArea.Index, "index", "was changed", ""),
        Of(EscapeArea.Head, "HEAD", "was changed", "-1\n+2"),
        Of(EscapeArea.Ref, "refs/heads/release", "was changed", "-1\n+2"),
        Of(EscapeArea.Settings, "/home/u/.gitconfig", "was changed", ""),
        Of(EscapeArea.Config, "core.hookspath", "was changed", "+evil"),
    ];

    private static EscapeFinding Of(EscapeArea area, string name, string deed, string diff) => new(new Escape(area, name, deed, diff), Suspects);

    private static IEnumerable<EscapeFinding> Files(int count, int length) => Enumerable.Range(0, count).Select(n => Of(EscapeArea.Checkout, $"big/f{n}", "was changed", "+" + new string('x', length)));

    private void AssertGraveIsListed()
    {
        Assert.Equal("core.hookspath", Assert.Single(_warns.Blockers).Path);
        foreach (var part in (string[])["your index", "HEAD of your checkout", "refs/heads/release", ".gitconfig"]) Assert.Contains(_warns.Warnings, warning => warning.Contains(part, StringComparison.Ordinal));
        foreach (var part in (string[])["== index", "== head HEAD", "== ref refs/heads/release was changed; running: A_worker\n-1\n+2", "== config core.hookspath was changed; running: A_worker\n+evil"]) Assert.Contains(part, _warns.Text, StringComparison.Ordinal);
    }
}
