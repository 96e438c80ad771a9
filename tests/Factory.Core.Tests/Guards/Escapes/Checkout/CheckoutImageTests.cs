using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Guards.Escapes.Checkout;

/// <summary>git is asked again whenever it could say something else.</summary>
public sealed class CheckoutImageTests : IDisposable
{
    private static readonly string[] Status = ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames"];
    private readonly TestRepository _repository = new();

    public CheckoutImageTests()
    {
        _repository.Write("untracked/deep/a.txt", "a");
        _repository.Write("src/untracked.txt", "b");
        _repository.Write("ignored/c.o", "c");
        _repository.Write("tools/ignored/c.o", "c");
        _repository.Write("partly/kept.tmp", "d");
        _repository.Write("partly/.gitignore", "*.tmp\n.gitignore\n");
        Directory.CreateDirectory(At("empty"));
        TestRepository.Run(_repository.Root, "git", "init", "-q", "nested");
        _repository.Write("nested/file", "e");
    }

    public void Dispose() => _repository.Dispose();

    public static TheoryData<string> Changes => [.. Deeds.Keys];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_change_that_git_would_tell_of_is_noticed(string change)
    {
        var image = await TakeAsync();
        Assert.True(image.Holds());
        var before = Ask();
        Deeds[change](this);
        // The deed is one that matters.
        Assert.NotEqual(before, Ask());
        Assert.False(image.Holds());
    }

    [Fact]
    public async Task What_git_does_not_look_at_changes_nothing()
    {
        var image = await TakeAsync();
        var before = Ask();
        _repository.Write("ignored/more/d.o", "d");
        File.Delete(At("ignored/c.o"));
        _repository.Write("nested/file", "another");
        _ = File.ReadAllText(At("src/file1.txt"));
        Assert.Equal(before, Ask());
        Assert.True(image.Holds());
    }

    [Fact]
    public async Task What_the_run_makes_itself_is_left_out_and_nothing_beside_it()
    {
        var image = await TakeAsync();
        _repository.Write("tools/run's own/inner", "");
        Assert.True(image.Holds());
        _repository.Write("tools/not its own", "");
        Assert.False(image.Holds());
        File.Delete(At("tools/not its own"));
        Assert.True(image.Holds());
        Directory.Move(At("tools"), At("nested/tools"));
        File.CreateSymbolicLink(At("tools"), At("nested/tools"));
        _repository.Write("nested/tools/beside it", "");
        Assert.False(image.Holds());
    }

    [Fact]
    public async Task A_file_of_this_very_moment_may_change_unseen_and_makes_no_image()
    {
        var (repository, index, status) = await AskAsync();
        await SettleAsync();
        Assert.NotNull(CheckoutImage.TryTake(repository, index, status, [At("tools/run's own")]));
        File.WriteAllText(At("src/file1.txt"), "now");
        Assert.Null(CheckoutImage.TryTake(repository, index, status, [At("tools/run's own")]));
    }

    [Fact]
    public async Task A_link_that_takes_an_ignored_folder_with_tracked_files_away_is_no_blind_spot()
    {
        _repository.Git("add", "-f", "ignored/c.o");
        var (repository, index, status) = await AskAsync();
        await SettleAsync();
        if (CheckoutImage.TryTake(repository, index, status, [At("tools/run's own")]) is not { } image) return;
        Directory.Move(At("ignored"), At("nested/away"));
        File.CreateSymbolicLink(At("ignored"), At("nested/away"));
        Assert.False(image.Holds());
    }

    private static readonly Dictionary<string, Action<CheckoutImageTests>> Deeds = new()
    {
        ["another content of the same size and time"] = test =>
        {
            var time = File.GetLastWriteTimeUtc(test.At("src/file1.txt"));
            File.WriteAllText(test.At("src/file1.txt"), File.ReadAllText(test.At("src/file1.txt")).Replace("line 7", "line 8", StringComparison.Ordinal));
            File.SetLastWriteTimeUtc(test.At("src/file1.txt"), time);
        },
        ["another file of the same name, size and time"] = test =>
        {
            var (file, copy) = (test.At("src/file1.txt"), Path.Combine(test._repository.Home, "copy"));
            File.WriteAllText(copy, File.ReadAllText(file).Replace("line 7", "line 8", StringComparison.Ordinal));
            File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(file));
            File.Move(copy, file, overwrite: true);
        },
        ["rights"] = test => TestRepository.Run(test._repository.Root, "chmod", "+x", "docs/guide.md"),
        ["a deleted file"] = test => File.Delete(test.At("docs/guide.md")),
        ["a new file"] = test => test._repository.Write("src/new.txt", ""),
        ["a new file at the top"] = test => test._repository.Write("new.txt", ""),
        ["a new file in a folder that was empty"] = test => test._repository.Write("empty/new.txt", ""),
        ["a new file in a folder with ignored files only"] = test => test._repository.Write("partly/new.txt", ""),
        ["a new file in an untracked folder"] = test => test._repository.Write("untracked/deep/new.txt", ""),
        ["an untracked file that is gone"] = test => File.Delete(test.At("src/untracked.txt")),
        ["a folder that became a link"] = test =>
        {
            Directory.Move(test.At("src"), Path.Combine(test._repository.Home, "moved"));
            File.CreateSymbolicLink(test.At("src"), Path.Combine(test._repository.Home, "moved"));
        },
        ["a file that became a link to its copy"] = test =>
        {
            File.Move(test.At("docs/guide.md"), Path.Combine(test._repository.Home, "moved"));
            File.CreateSymbolicLink(test.At("docs/guide.md"), Path.Combine(test._repository.Home, "moved"));
        },
        ["an ignored folder at the top that became a link"] = test =>
        {
            Directory.Move(test.At("ignored"), Path.Combine(test._repository.Home, "moved"));
            File.CreateSymbolicLink(test.At("ignored"), Path.Combine(test._repository.Home, "moved"));
        },
        ["an ignored folder beside the run's own that became a file"] = test =>
        {
            Directory.Delete(test.At("tools/ignored"), recursive: true);
            test._repository.Write("tools/ignored", "");
        },
        ["a list of ignored files, ignored itself"] = test => test._repository.Write("partly/.gitignore", ".gitignore\n"),
        ["a repository in the checkout that is none any more"] = test => Directory.Delete(test.At("nested/.git"), recursive: true),
    };

    private string At(string path) => Path.Combine(_repository.Root, path);

    private string Ask() => _repository.Git(Status);

    private async Task<(GitRepository Repository, IndexImage Index, IReadOnlyList<string> Status)> AskAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere git is asked every time");
        var repository = await GitRepository.OpenAsync(new Git(), _repository.Root, TestContext.Current.CancellationToken);
        _ = Ask();
        var status = _repository.Git([.. Status, "--ignored=matching"]).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return (repository, IndexImage.Read(At(".git/index")), status);
    }

    private async Task<CheckoutImage> TakeAsync()
    {
        var (repository, index, status) = await AskAsync();
        await SettleAsync();
        return CheckoutImage.TryTake(repository, index, status, [At("tools/run's own")]) ?? throw new InvalidOperationException("no image");
    }

    // Files that are younger than a tick of the clock make no image.
    private static Task SettleAsync() => Task.Delay(150, TestContext.Current.CancellationToken);
}
