using System.Globalization;
using Factory.Core.Guards.Escapes;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Guards.Escapes;

/// <summary>Something done to what workers may not change, and under which name it must be found.</summary>
internal sealed record Deed(EscapeArea Area, string Name, Action Do);

/// <summary>Chooses deeds by chance; each one changes what is there, whatever was done before.</summary>
internal sealed class RandomDeeds(TestRepository repository)
{
    private static int _count;
    private readonly string[] _commits = repository.Git("rev-list", "--all").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string GitFolder => Path.Combine(repository.Root, ".git");

    /// <summary>The file outside of the repository that runs are made from.</summary>
    public string Input => Path.Combine(repository.Home, "prompt.md");

    /// <summary>A second worktree of the user's.</summary>
    public string OtherTree => Path.Combine(repository.Home, "other tree");

    /// <summary>Some deeds, no two of them to one thing.</summary>
    public IReadOnlyList<Deed> Choose(Random random, int most)
    {
        var kinds = new Func<Random, Deed>[] { Append, Append, Untracked, Delete, Mode, Head, Ref, Ref, Config, Hook, Shared, Worktree, IndexFlag, InputFile };
        var deeds = Enumerable.Range(0, random.Next(most + 1)).Select(_ => kinds[random.Next(kinds.Length)](random));
        return [.. deeds.DistinctBy(deed => (deed.Area, deed.Name))];
    }

    /// <summary>What people, git and Factory itself do and what takes nothing from anybody.</summary>
    public void DoHarmless(Random random, string ownRefs)
    {
        var commit = _commits[0];
        switch (random.Next(6))
        {
            case 0: File.SetLastWriteTimeUtc(Path.Combine(repository.Root, "CHANGELOG.md"), DateTime.UtcNow.AddSeconds(-random.Next(1000))); break;
            case 1: repository.Git("status"); break;
            case 2: repository.Write($"ignored/{Next()}", "cache"); break;
            case 3: repository.Git("update-ref", $"{ownRefs}/{Next()}", commit); break;
            case 4: repository.Git("pack-refs", "--all"); break;
            default: break;
        }
    }

    private static string Next() => Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);

    private static Deed Appending(EscapeArea area, string name, string file, string text) => new(area, name, () =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.AppendAllText(file, text);
    });

    private Deed InCheckout(string path, Action<string> change) => new(EscapeArea.Checkout, path, () => change(Path.Combine(repository.Root, path)));

    private Deed Append(Random random) => InCheckout($"src/file{random.Next(1, 3)}.txt", file => File.AppendAllText(file, Next() + "\n"));

    private Deed Untracked(Random random) => InCheckout(random.GetItems(["new", "caf\u00e9 'x'", "deep/er/new"], 1)[0], file =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        if (File.Exists(file) && random.Next(2) == 0) File.Delete(file);
        else File.AppendAllText(file, Next());
    });

    private Deed Delete(Random random) => InCheckout("src/file3.txt", file =>
    {
        if (File.Exists(file)) File.Delete(file);
        else File.WriteAllText(file, Next());
    });

    // Windows keeps no modes.
    private Deed Mode(Random random) => OperatingSystem.IsWindows() ? Append(random) : InCheckout("CHANGELOG.md", file =>
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, File.GetUnixFileMode(file) ^ UnixFileMode.UserExecute);
    });

    // Another branch at the same commit: no file is changed by it.
    private Deed Head(Random random) => new(EscapeArea.Head, "HEAD", () =>
        repository.Git("symbolic-ref", "HEAD", repository.Git("symbolic-ref", "HEAD").Trim() == "refs/heads/main" ? "refs/heads/twin" : "refs/heads/main"));

    private Deed Ref(Random random)
    {
        var name = random.GetItems(["refs/tags/one", "refs/heads/topic/two", "refs/notes/three", "refs/remotes/origin/main", "refs/heads/codex/factory/other/A_worker"], 1)[0];
        return new(EscapeArea.Ref, name, () =>
        {
            var now = repository.Git("for-each-ref", "--format=%(objectname)", name).Trim();
            if (now.Length > 0 && random.Next(3) == 0) repository.Git("update-ref", "-d", name);
            else repository.Git("update-ref", name, _commits.First(commit => commit != now));
        });
    }

    private Deed Config(Random random)
    {
        var key = random.GetItems(["alias.one.value", "filter.two.value"], 1)[0].Split('.');
        return new(EscapeArea.Config, string.Join('.', key), () => File.AppendAllText(Path.Combine(GitFolder, "config"), $"[{key[0]} \"{key[1]}\"]\n\t{key[2]} = {Next()}\n"));
    }

    private Deed Hook(Random random)
    {
        var name = random.GetItems(["hooks/pre-commit", "hooks/post-checkout"], 1)[0];
        return Appending(EscapeArea.Hook, name, Path.Combine(GitFolder, name), Next());
    }

    private Deed Shared(Random random)
    {
        var name = random.GetItems(["info/attributes", "info/grafts.old", "info/exclude"], 1)[0];
        return Appending(EscapeArea.Shared, name, Path.Combine(GitFolder, name), $"# {Next()}\n");
    }

    private Deed Worktree(Random random) => new(EscapeArea.Worktree, OtherTree, () =>
    {
        var head = Path.Combine(GitFolder, "worktrees", "other-tree", "HEAD");
        if (!File.Exists(head)) head = Path.Combine(GitFolder, "worktrees", "other tree", "HEAD");
        var now = File.ReadAllText(head).Trim();
        File.WriteAllText(head, _commits.First(commit => commit != now) + "\n");
    });

    private Deed IndexFlag(Random random) => new(EscapeArea.Index, "index", () =>
        repository.Git("update-index", repository.Git("ls-files", "-v", "docs/guide.md").StartsWith('h') ? "--no-assume-unchanged" : "--assume-unchanged", "docs/guide.md"));

    private Deed InputFile(Random random) => Appending(EscapeArea.Input, Input, Input, Next());
}
