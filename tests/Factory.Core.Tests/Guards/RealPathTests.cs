using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Guards;

/// <summary>
/// Runs every path of real repositories through the guards. <c>FACTORY_TEST_REPOSITORIES</c> names them, separated as in
/// <c>PATH</c>; a file among them is a list, made by <c>git ls-tree -r -z --name-only HEAD</c>, for systems without git. The only refusals allowed are names that Windows itself cannot hold.
/// </summary>
public sealed class RealPathTests
{
    private static readonly PathRule[] NotForWindows =
        [PathRule.DeviceName, PathRule.TrailingDotOrSpace, PathRule.WindowsCharacter, PathRule.Stream, PathRule.Backslash, PathRule.TooLong];

    [Fact]
    public void Every_path_of_real_repositories_passes_unless_windows_cannot_hold_it()
    {
        var repositories = Environment.GetEnvironmentVariable("FACTORY_TEST_REPOSITORIES");
        Assert.SkipWhen(string.IsNullOrEmpty(repositories), "FACTORY_TEST_REPOSITORIES names no repository");
        var refused = new List<string>();
        var count = 0;
        foreach (var repository in repositories!.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var list = File.Exists(repository) ? File.ReadAllText(repository) : TestRepository.Run(repository, "git", "ls-tree", "-r", "-z", "--name-only", "--full-tree", "HEAD");
            var paths = list.Split('\0', StringSplitOptions.RemoveEmptyEntries);
            count += paths.Length;
            var rules = paths.Select(path => (Path: path, Rule: RelativePath.FindBrokenRule(path))).Where(path => path.Rule is not null).ToList();
            refused.AddRange(rules.Where(path => !NotForWindows.Contains(path.Rule!.Value)).Select(path => $"{repository}: {path.Path} ({path.Rule})"));
            TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture,
                $"{repository}: {paths.Length - rules.Count} of {paths.Length} accepted; not for Windows: {string.Join(", ", rules.CountBy(path => path.Rule!.Value).Select(pair => $"{pair.Key} {pair.Value}"))}"));
            foreach (var path in rules) TestContext.Current.SendDiagnosticMessage($"    {path.Rule}: {path.Path}");
        }

        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"{count} paths in all"));
        Assert.Empty(refused);
    }

    /// <summary>Shapes that occur in well-known repositories and look unusual.</summary>
    [Fact]
    public void An_unusual_but_ordinary_path_passes() => Assert.All(Unusual, path => Assert.Null(RelativePath.FindBrokenRule(path)));

    private static readonly string[] Unusual =
    [
        "test/language/identifiers/vals-eng-alpha-lower-via-escape-hex4.js",
        "packages/babel-parser/test/fixtures/es2015/uncategorised/.277/input.js",
        "app/(group)/[...slug]/@modal/page.tsx",
        "src/routes/+page.svelte",
        ".github/ISSUE_TEMPLATE/bug.yml",
        "docs/\u65E5\u672C\u8A9E/\u76EE\u6B21.md",
        "t/t4216/d41d8cd9~1/x",
        "assets/\U0001F469\u200D\U0001F4BB.svg",
        "i18n/fa/\u0645\u06CC\u200C\u0634\u0648\u062F.md",
        "legacy/PROGRA~1/readme.txt",
        "data/a%20b%2Fc.json",
        "src/.gitkeep",
        "src/.GitIgnore",
        "__tests__/__snapshots__/x.ts.snap",
        "a/~$document.docx",
        "pkg/windows/com/auxv.go",
        "lib/Console.pm",
        "$git/x",
    ];
}
