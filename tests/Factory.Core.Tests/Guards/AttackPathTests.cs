using Factory.Core.Contracts;
using Factory.Core.Guards;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards;

public sealed class AttackPathTests
{
    private static readonly string[] Plain =
    [
        "src", "a.cs", ".hidden", "name with space", "\u00FCn\u00EFcode", "u\u0308nicode", "\u65E5\u672C", "UPPER", "a-b_c", "com", "auxiliary", ".gitignore", "gitx", ".gitea", "foo~1.txt", "git~", "git~0", "~git",
        "a%20b", "100%", "%PATH%", "a%2Fb", "...a", "..a", "a..b", ".a.", "clock$", "con.", "\U0001F600", "\U0001F468\u200D\U0001F469", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", "\uFF21\uFF0F\uFF22", "a\u2026b", "digit", ".github", "COM10", "lpt", "gid", "gi7e3a~1.txt", "$RECYCLE", "#x#", "a;b", "a&b", "(1)", "[id]", "{x}", "'q'", "a,b", "@scope", "!x", "-x", "x=y", "+page.ts",
    ];

    [Fact]
    public void Every_attack_path_is_refused_by_its_own_rule() =>
        Assert.All(AttackPaths.All, attack => Assert.Equal((attack.Path, (PathRule?)attack.Rule), (attack.Path, RelativePath.FindBrokenRule(attack.Path))));

    [Fact]
    public void Every_refusal_names_its_rule() => Assert.All(AttackPaths.All, attack =>
    {
        Assert.False(RelativePath.TryParse(attack.Path, out _, out var reason));
        Assert.EndsWith($"(rule {WireEnum<PathRule>.NameOf(attack.Rule)})", reason, StringComparison.Ordinal);
    });

    [Fact]
    public void The_table_has_every_rule_and_more_than_four_hundred_paths()
    {
        var counts = AttackPaths.All.CountBy(attack => attack.Rule).OrderBy(pair => pair.Key).ToList();
        TestContext.Current.SendDiagnosticMessage($"{AttackPaths.All.Count} attack paths: {string.Join(", ", counts.Select(pair => $"{WireEnum<PathRule>.NameOf(pair.Key)} {pair.Value}"))}");
        Assert.True(AttackPaths.All.Count >= 400);
        Assert.Equal(Enum.GetValues<PathRule>(), counts.Select(pair => pair.Key));
    }

    [Fact]
    public void No_scope_lets_an_attack_path_through()
    {
        var rules = new ProtectedPaths(null, []);
        var blockers = ScopeGuard.Check(WorkerId.Parse("A_worker"), Configuration(), rules, AttackPaths.All.Select(attack => (attack.Path, (string?)null)));
        Assert.Equal(AttackPaths.All.Select(attack => attack.Path), blockers.Select(blocker => blocker.Path));
        Assert.All(blockers, blocker => Assert.Equal(BlockerKind.InvalidPath, blocker.Kind));
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(AttackPathTests)])]
    public void An_attack_put_anywhere_into_a_plain_path_is_refused(PlainPath path, Attack attack, NonNegativeInt at)
    {
        var segments = path.Text.Split('/').ToList();
        segments.Insert(at.Get % (segments.Count + 1), attack.Segment);
        Assert.NotNull(RelativePath.FindBrokenRule(string.Join('/', segments)));
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(AttackPathTests)])]
    public void Git_s_folder_is_refused_in_whatever_case_and_with_whatever_ignorable_characters(NonNegativeInt seed)
    {
        var random = new Random(seed.Get);
        var ignorable = new[] { "\u200C", "\u200D", "\u200E", "\u200F", "\u206A", "\u206F", "\uFEFF", "\u00AD", "\u2060", "" };
        var name = string.Concat((random.Next(2) == 0 ? ".git" : $"git~{random.Next(1, 1000)}").Select(c =>
            (random.Next(2) == 0 ? char.ToUpperInvariant(c) : c) + (random.Next(3) == 0 ? ignorable[random.Next(ignorable.Length)] : "")));
        Assert.Equal(PathRule.GitFolder, RelativePath.FindBrokenRule($"src/{name}/config"));
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(AttackPathTests)])]
    public void A_plain_path_is_accepted_and_stays_accepted_when_nothing_real_changes(PlainPath path, PlainPath other)
    {
        Assert.Null(RelativePath.FindBrokenRule(path.Text));
        Assert.Null(RelativePath.FindBrokenRule($"{path.Text}/{other.Text}"));
        Assert.Equal(path.Text, RelativePath.Parse(RelativePath.Parse(path.Text).Value).Value);
        Assert.All(path.Text.Split('/'), segment => Assert.Null(RelativePath.FindBrokenRule(segment)));
    }

    [Property(MaxTest = 500, Arbitrary = [typeof(AttackPathTests)])]
    public void An_accepted_path_is_the_file_that_the_system_opens(PlainPath path)
    {
        var root = Path.Combine(Path.GetTempPath(), "r");
        var full = Path.GetFullPath(Path.Combine(root, path.Text));
        Assert.Equal(path.Text, Path.GetRelativePath(root, full).Replace(Path.DirectorySeparatorChar, '/'));
    }

    [Fact]
    public void An_accepted_name_is_created_under_exactly_that_name()
    {
        var folder = Directory.CreateTempSubdirectory("names-test-");
        try
        {
            var made = new List<string>();
            foreach (var name in Plain.Where(name => RelativePath.FindBrokenRule(name) is null).DistinctBy(NameFolding.Twin))
            {
                File.WriteAllText(Path.Combine(folder.FullName, name), name);
                made.Add(name);
            }

            // Systems that normalise names may list another form of the same name.
            Assert.Equal(made.Select(NameFolding.Twin).Order(StringComparer.Ordinal), folder.GetFiles().Select(file => NameFolding.Twin(file.Name)).Order(StringComparer.Ordinal));
            Assert.All(made, name => Assert.Equal(name, File.ReadAllText(Path.Combine(folder.FullName, name))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Property]
    public void Whatever_the_text_a_verdict_is_reached_and_is_stable(string? text)
    {
        var rule = RelativePath.FindBrokenRule(text ?? "");
        Assert.Equal(rule, RelativePath.FindBrokenRule(text ?? ""));
        if (rule is null) Assert.False(Path.IsPathRooted(text));
    }

    private static Core.Configuration.WorkerScope Configuration() => new(["**"], [], []);

    public sealed record PlainPath(string Text);

    public sealed record Attack(string Segment);

    public static Arbitrary<PlainPath> Paths() =>
        Gen.Elements(Plain.Where(name => name is not ("con." or ".a.")).ToArray()).NonEmptyListOf().Select(parts => new PlainPath(string.Join('/', parts.Take(8)))).ToArbitrary();

    public static Arbitrary<Attack> Attacks() => Gen.Elements(AttackPaths.All.Select(attack => new Attack(attack.Path)).ToArray()).ToArbitrary();
}
