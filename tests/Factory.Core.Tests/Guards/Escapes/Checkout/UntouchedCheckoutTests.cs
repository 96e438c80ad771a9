using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Escapes.Checkout;

/// <summary>A checkout is taken for untouched only when git has nothing to say of it.</summary>
public sealed class UntouchedCheckoutTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public UntouchedCheckoutTests()
    {
        Assert.SkipUnless(LinuxFolder.IsAvailable, "elsewhere git is asked every time");
        _repository.Write("deep/er/and/deeper/file", "d");
        _repository.Write("größe/λ.txt", "λ");
        File.CreateSymbolicLink(At("link"), "docs");
        _repository.Commit("more");
    }

    public void Dispose()
    {
        // .NET deletes no name that is no text.
        TestRepository.Run(_repository.Home, "rm", "-rf", _repository.Root);
        _repository.Dispose();
    }

    public static TheoryData<string> Touches => [.. Deeds.Keys];

    [Theory]
    [InlineData("2")]
    [InlineData("4")]
    public async Task Nothing_was_touched_though_the_run_has_made_its_folders_and_something_is_staged(string version)
    {
        _repository.Git("update-index", "--index-version", version);
        _repository.Write("tools/run's own/deep/file", "");
        _repository.Write("src/file1.txt", "staged\n");
        _repository.Git("add", "src/file1.txt");
        var image = await TakeAsync();
        Assert.NotNull(image);
        Assert.True(image.Holds());
        _repository.Write("new.txt", "");
        Assert.False(image.Holds());
    }

    [Theory]
    [MemberData(nameof(Touches))]
    public async Task Whatever_was_touched_is_for_git_to_look_at(string touch)
    {
        Deeds[touch](this);
        Assert.Null(await TakeAsync());
    }

    [Fact]
    public async Task A_file_as_young_as_the_index_is_for_git_to_look_at()
    {
        await SettleAsync();
        _repository.Write("src/file1.txt", "now\n");
        _repository.Git("add", "-A");
        await Task.Delay(150, TestContext.Current.CancellationToken);
        Assert.Null(UntouchedCheckout.TryTake(_repository.Root, Index, [Own]));
        File.SetLastWriteTimeUtc(IndexFile, DateTime.UtcNow);
        Assert.NotNull(UntouchedCheckout.TryTake(_repository.Root, Index, [Own]));
    }

    [Property(MaxTest = 20)]
    public async Task Whenever_nothing_was_touched_git_has_nothing_to_say(int seed)
    {
        var random = new Random(seed);
        var names = Deeds.Keys.ToArray();
        using var test = new UntouchedCheckoutTests();
        foreach (var name in random.GetItems(names, random.Next(3))) test.TryDo(Deeds[name]);
        if (random.Next(2) == 0) test.TryDo(one => one._repository.Git("add", "-A"));
        var image = await test.TakeAsync();
        var said = test._repository.Git("status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignored=matching", "--no-renames", "--", ".", ":!tools").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        if (image is not null) Assert.All(said, field => Assert.Matches("^1 [MADT][.] ", field));
    }

    private static readonly Dictionary<string, Action<UntouchedCheckoutTests>> Deeds = new()
    {
        ["another content of the same size and time"] = test =>
        {
            var (file, time) = (test.At("src/file1.txt"), File.GetLastWriteTimeUtc(test.At("src/file1.txt")));
            File.WriteAllText(file, File.ReadAllText(file).Replace("line 7", "line 8", StringComparison.Ordinal));
            File.SetLastWriteTimeUtc(file, time);
        },
        ["a file written anew"] = test => File.WriteAllText(test.At("docs/guide.md"), File.ReadAllText(test.At("docs/guide.md"))),
        ["rights"] = test => TestRepository.Run(test._repository.Root, "chmod", "+x", "docs/guide.md"),
        ["a deleted file"] = test => File.Delete(test.At("docs/guide.md")),
        ["an untracked file"] = test => test._repository.Write("src/new.txt", ""),
        ["an untracked file beside the run's own folder"] = test => test._repository.Write("tools/new.txt", ""),
        ["one file for another"] = test =>
        {
            File.Delete(test.At("docs/guide.md"));
            test._repository.Write("docs/new.md", "");
        },
        ["an ignored file"] = test => test._repository.Write("ignored/new.o", ""),
        ["an empty folder"] = test => Directory.CreateDirectory(test.At("empty")),
        ["another repository"] = test => TestRepository.Run(test._repository.Root, "git", "init", "-q", "nested"),
        ["another repository in a folder with tracked files"] = test => TestRepository.Run(test._repository.Root, "git", "init", "-q", "docs"),
        ["a file that became a folder"] = test =>
        {
            File.Delete(test.At("docs/guide.md"));
            Directory.CreateDirectory(test.At("docs/guide.md"));
        },
        ["a folder that became a link"] = test =>
        {
            Directory.Move(test.At("docs"), Path.Combine(test._repository.Home, "moved"));
            File.CreateSymbolicLink(test.At("docs"), Path.Combine(test._repository.Home, "moved"));
        },
        ["a link that leads elsewhere"] = test =>
        {
            File.Delete(test.At("link"));
            File.CreateSymbolicLink(test.At("link"), "srcs");
        },
        ["a pipe"] = test => TestRepository.Run(test._repository.Root, "mkfifo", "pipe"),
        ["a name that is no text"] = test => TestRepository.Run(test._repository.Root, "sh", "-c", "mkdir \"$(printf 'a\\377')\"; touch \"$(printf 'a\\377/b')\"; git add -A"),
        ["assume unchanged"] = test => test._repository.Git("update-index", "--assume-unchanged", "docs/guide.md"),
        ["skip worktree"] = test => test._repository.Git("update-index", "--skip-worktree", "docs/guide.md"),
        ["a file that is yet to be added"] = test =>
        {
            test._repository.Write("later.txt", "");
            test._repository.Git("add", "-N", "later.txt");
        },
        ["a submodule"] = test => test._repository.Git("update-index", "--add", "--cacheinfo", $"160000,{test._repository.Head},module"),
        ["no index"] = test => File.Delete(test.IndexFile),
    };

    private string Own => At("tools/run's own");

    private string IndexFile => At(".git/index");

    private IndexImage Index => IndexImage.Read(IndexFile);

    private string At(string path) => Path.Combine(_repository.Root, path);

    // Two deeds may be in each other's way.
    private void TryDo(Action<UntouchedCheckoutTests> deed)
    {
        try
        {
            deed(this);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            // Then fewer things were touched.
        }
    }

    private async Task<CheckoutImage?> TakeAsync()
    {
        await SettleAsync();
        return UntouchedCheckout.TryTake(_repository.Root, Index, [Own]);
    }

    // Files that are younger than a tick of the clock, or than the index, are for git to look at.
    private async Task SettleAsync()
    {
        await Task.Delay(150, TestContext.Current.CancellationToken);
        if (File.Exists(IndexFile)) File.SetLastWriteTimeUtc(IndexFile, DateTime.UtcNow);
    }
}
