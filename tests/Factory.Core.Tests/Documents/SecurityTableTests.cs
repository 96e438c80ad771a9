using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Tests.Guards;
using Factory.Core.Tests.Guards.Artifacts;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Documents;

/// <summary>The table of attacks in <c>docs/SECURITY.md</c> names tests that there are, and counts as they count.</summary>
public sealed partial class SecurityTableTests
{
    private static readonly Assembly Tests = typeof(SecurityTableTests).Assembly;
    private static readonly List<Row> Table = ReadTable();

    [Fact]
    public void Every_row_names_a_test_that_exists()
    {
        Assert.True(Table.Count >= 15, $"only {Table.Count} rows were found");
        Assert.All(Table, row =>
        {
            var names = TestName().Matches(row.RefusedIn).Select(match => match.Groups["name"].Value).ToList();
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.True(HasTests(name), $"{name} is no class, method or namespace of tests; row: {row.Attack}"));
        });
    }

    [Fact]
    public void The_counts_are_those_of_the_tests()
    {
        AssertCount("Paths: absolute", $"{AttackPaths.All.Count} paths, {Enum.GetValues<PathRule>().Length} rules");
        string[] escapes = [nameof(EscapeTests.A_worker_that_reaches_out_is_named_and_nobody_else), nameof(EscapeTests.A_linked_checkout_keeps_its_repository_and_its_own_settings), nameof(EscapeTests.An_object_of_the_base_that_a_worker_forges_blocks)];
        AssertCount("Escapes:", $"{escapes.Sum(name => Cases(typeof(EscapeTests), name).Count) + Cases(typeof(SharedFolderEscapeTests), nameof(SharedFolderEscapeTests.What_decides_the_user_s_next_command_blocks)).Count} scripts, and {Cases(typeof(EscapeTests), nameof(EscapeTests.What_changes_nothing_of_the_user_s_is_no_finding)).Count} that must pass");
        AssertCount("`.gitmodules`", $"{Cases(typeof(GitFileTests), nameof(GitFileTests.A_submodule_that_runs_something_or_leads_elsewhere_is_refused)).Count(values => values[1] is not null)} settings");
        AssertCount("A secret by any way", $"{SecretDoorsTests.Doors} doors");
        AssertCount("Secrets:", $"{SecretRuleSet.BuiltIn.Rules.Count} rules");
        AssertCount("Programs by", $"{Cases(typeof(ArtifactKindTests), nameof(ArtifactKindTests.A_program_is_known_by_its_first_bytes)).Count} formats");
    }

    private static void AssertCount(string attack, FormattableString count) =>
        Assert.Equal(count.ToString(CultureInfo.InvariantCulture), Assert.Single(Table, row => row.Attack.StartsWith(attack, StringComparison.Ordinal)).Count);

    // A class, a method of one, or a namespace with classes that hold tests.
    private static bool HasTests(string name)
    {
        var full = "Factory.Core.Tests." + name;
        if (Tests.GetType(full) is { } type) return TestsOf(type).Any();
        var dot = full.LastIndexOf('.');
        if (Tests.GetType(full[..dot]) is { } owner) return TestsOf(owner).Any(method => method.Name == full[(dot + 1)..]);
        return Tests.GetTypes().Any(one => one.Namespace == full && TestsOf(one).Any());
    }

    private static IEnumerable<MethodInfo> TestsOf(Type type) => type.GetMethods().Where(method => method.GetCustomAttributes<FactAttribute>().Any());

    private static List<object?[]> Cases(Type type, string method) =>
        [.. type.GetMethod(method)!.GetCustomAttributes<InlineDataAttribute>().Select(data => data.Data)];

    private static List<Row> ReadTable()
    {
        var lines = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "SECURITY.md"));
        return [.. lines.SkipWhile(line => !line.StartsWith("## Attacks", StringComparison.Ordinal)).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Split('|', StringSplitOptions.TrimEntries)).Select(cells => new Row(cells[1], cells[2], cells[3]))];
    }

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z]+(\\.[A-Z][A-Za-z0-9_]+)*)`")]
    private static partial Regex TestName();

    private sealed record Row(string Attack, string Count, string RefusedIn);
}
