using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards;

/// <summary>Random changes, against a plain reading of the rules; what a <c>.gitmodules</c> says is what git reads in it.</summary>
public sealed class GitFileGuardTests : IDisposable
{
    private static readonly (string Text, string? Rule)[] Modules =
    [
        ("[submodule \"x\"]\n\tpath = lib/x\n\turl = https://host/x\n", null),
        ("[Submodule \"x\"]\n\tURL = ../sibling.git ; note\n", null),
        ("[core]\n\tpager = less\n", null),
        ("[submodule \"x\"]\n\turl = https://host/x\n\turl = \"ext::sh -c x\"\n", "submodule_url"),
        ("[SUBMODULE \"x\"]\n\tUrl = https://ho\\\nst/x\n\tUPDATE = !touch x\n", "submodule_update"),
        ("[submodule \"x\"] path = .git/hooks\n", "submodule_path"),
        ("[submodule \"a/../x\"]\n\tpath = x\n", "submodule_name"),
        ("[broken", "submodule_syntax"),
    ];

    private readonly TestRepository _repository = new();
    private readonly GitRepository _opened;
    private readonly CommitId[] _modules;

    public GitFileGuardTests()
    {
        _opened = GitRepository.OpenAsync(new Git(), _repository.Root, CancellationToken.None).GetAwaiter().GetResult();
        _modules = [.. Modules.Select(one => CommitId.Parse(WriteBlob(one.Text)))];
    }

    public void Dispose() => _repository.Dispose();

    [Property(MaxTest = 30)]
    public async Task Exactly_the_changes_that_break_a_rule_are_blocked_and_the_rest_of_what_git_obeys_is_a_warning(int seed)
    {
        var random = new Random(seed);
        var cases = Enumerable.Range(0, 1 + random.Next(6)).Select(number => Make(random, number)).ToList();
        var (blockers, warnings) = await GitFileGuard.CheckAsync(_opened, "A_worker", [.. cases.Select(one => one.Change)], CancellationToken.None);
        var expected = cases.SelectMany(one => one.Rules.Select(rule => $"{one.Change.Path} {rule}")).Order(StringComparer.Ordinal);
        Assert.Equal(expected, blockers.Select(blocker => $"{blocker.Path} {RuleOf(blocker.Message)}").Order(StringComparer.Ordinal));
        Assert.All(blockers, blocker => Assert.Equal((BlockerKind.Protected, "A_worker"), (blocker.Kind, blocker.Worker)));
        Assert.Equal(cases.Count(one => one.Warns), warnings.Count);
    }

    private static string RuleOf(string message) => message[(message.LastIndexOf("(rule ", StringComparison.Ordinal) + 6)..^1];

    private Case Make(Random random, int number)
    {
        var name = random.GetItems([".gitmodules", ".gitattributes", ".gitignore", ".mailmap", "file.txt"], 1)[0];
        var isDisguised = name != "file.txt" && random.Next(3) == 0;
        var path = $"d{number}/{(isDisguised ? Disguise(random, name) : name)}";
        var (oldMode, newMode) = (random.GetItems(["000000", "100644", "160000"], 1)[0], random.GetItems(["100644", "100644", "100644", "100755", "120000", "160000", "000000", "100664", "040000"], 1)[0]);
        var (isGone, which) = (newMode == "000000", random.Next(Modules.Length));
        var change = new ChangedPath(path, null, isGone ? ChangeType.Deleted : ChangeType.Modified, oldMode, newMode, isGone ? null : _modules[which]);
        var rules = new List<string>();
        if (newMode is "100664" or "040000") rules.Add("mode");
        if (oldMode == "160000" && newMode is not ("160000" or "000000")) rules.Add("submodule_replaced");
        // Links and submodules of these names are for other guards.
        if (name == "file.txt" || newMode is "120000" or "160000") return new Case(change, rules, Warns: false);
        if (isDisguised && !isGone && (name is ".gitmodules" or ".gitattributes"))
        {
            rules.Add("git_file_spelling");
            return new Case(change, rules, Warns: false);
        }

        var module = isGone || name != ".gitmodules" ? null : Modules[which].Rule;
        if (module is not null) rules.Add(module);
        return new Case(change, rules, Warns: module != "submodule_syntax");
    }

    private static string Disguise(Random random, string name) => random.Next(3) switch
    {
        0 => name.ToUpperInvariant(),
        1 => name.Insert(random.Next(1, name.Length), "\u200c"),
        _ => string.Concat(name[1..7], "~", (char)('1' + random.Next(4))),
    };

    private string WriteBlob(string text)
    {
        var file = Path.Combine(_repository.Home, "blob");
        File.WriteAllText(file, text, new UTF8Encoding(false));
        return _repository.Git("hash-object", "-w", "--no-filters", file).Trim();
    }

    private sealed record Case(ChangedPath Change, IReadOnlyList<string> Rules, bool Warns);
}
