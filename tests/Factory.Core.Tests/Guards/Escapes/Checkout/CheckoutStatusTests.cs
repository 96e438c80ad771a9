using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Guards.Escapes.Checkout;

/// <summary>What git notes in its copy of the index hides nothing, and reaches nobody else's index.</summary>
public sealed class CheckoutStatusTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private CheckoutStatus? _checkout;

    private string File1 => Path.Combine(_repository.Root, "src", "file1.txt");

    private string IndexFile => Path.Combine(_repository.Root, ".git", "index");

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("core.trustctime=false")]
    [InlineData("core.checkStat=minimal")]
    public async Task A_file_of_the_same_size_and_time_with_another_content_is_seen(string? setting)
    {
        TestRepository.RequireUnix();
        if (setting is not null) _repository.Git("config", setting.Split('=')[0], setting.Split('=')[1]);
        // The index is as old as the file, and is then no longer.
        Assert.Empty(await StatusAsync());
        await Task.Delay(1100, TestContext.Current.CancellationToken);
        _checkout = null;
        Assert.Empty(await StatusAsync());
        var (text, time) = (File.ReadAllText(File1), File.GetLastWriteTimeUtc(File1));
        File.WriteAllText(File1, text.Replace("line 7", "line 8", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(File1, time);
        Assert.Equal(text.Length, File.ReadAllText(File1).Length);
        Assert.Contains(await StatusAsync(), field => field.EndsWith("src/file1.txt", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--cone", "--no-sparse-index")]
    [InlineData("--cone", "--sparse-index")]
    [InlineData("--no-cone", "--no-sparse-index")]
    public async Task A_file_that_the_users_sparse_checkout_leaves_out_is_seen_when_it_is_written_all_the_same(string cone, string index)
    {
        _repository.Git("sparse-checkout", "set", cone, index, "src");
        Assert.False(File.Exists(Path.Combine(_repository.Root, "docs/guide.md")));
        Assert.Empty(await StatusAsync());
        _repository.Write("docs/guide.md", "evil\n");
        Assert.Equal(" M docs/guide.md", _repository.Git("--no-optional-locks", "status", "--porcelain").TrimEnd());
        Assert.Contains(await StatusAsync(), field => field.StartsWith("1 .M", StringComparison.Ordinal) && field.EndsWith(" docs/guide.md", StringComparison.Ordinal));
        File.Delete(Path.Combine(_repository.Root, "docs/guide.md"));
        Assert.Empty(await StatusAsync());
    }

    [Fact]
    public async Task The_users_own_index_is_left_byte_for_byte_though_every_file_must_be_read_again()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(_repository.Root, "src"))) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-1));
        var (bytes, time) = (File.ReadAllBytes(IndexFile), File.GetLastWriteTimeUtc(IndexFile));
        Assert.Empty(await StatusAsync());
        Assert.Empty(await StatusAsync());
        Assert.Equal(bytes, File.ReadAllBytes(IndexFile));
        Assert.Equal(time, File.GetLastWriteTimeUtc(IndexFile));
    }

    [Fact]
    public async Task What_is_untracked_or_changed_later_is_seen_and_what_is_staged_is_the_indexs_own()
    {
        Assert.Empty(await StatusAsync());
        File.WriteAllText(Path.Combine(_repository.Root, "new.txt"), "new\n");
        Assert.Equal(["? new.txt"], await StatusAsync());
        _repository.Git("add", "new.txt");
        Assert.Equal(["? new.txt"], await StatusAsync());
        File.AppendAllText(File1, "more\n");
        _repository.Git("add", "-A");
        Assert.Contains(await StatusAsync(), field => field.StartsWith("1 .M", StringComparison.Ordinal) && field.EndsWith("src/file1.txt", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_the_users_index_was_made_to_call_unchanged_is_seen()
    {
        TestRepository.RequireUnix();
        Assert.Empty(await StatusAsync());
        var was = Convert.FromHexString(_repository.Git("rev-parse", "HEAD:src/file1.txt").Trim());
        File.AppendAllText(File1, "evil\n");
        _repository.Git("add", "src/file1.txt");
        // Times and sizes are those of the changed file, and the content is said to be the old one.
        var index = File.ReadAllBytes(IndexFile);
        was.CopyTo(index, index.AsSpan().IndexOf(Convert.FromHexString(_repository.Git("rev-parse", ":src/file1.txt").Trim())));
#pragma warning disable CA5350 // An index ends with the SHA-1 of what comes before.
        System.Security.Cryptography.SHA1.HashData(index.AsSpan(0, index.Length - 20)).CopyTo(index, index.Length - 20);
#pragma warning restore CA5350
        File.WriteAllBytes(IndexFile, index);
        File.SetLastWriteTimeUtc(IndexFile, DateTime.UtcNow.AddSeconds(5));
        Assert.DoesNotContain("src/file1.txt", _repository.Git("diff-files", "--name-only"), StringComparison.Ordinal);
        Assert.Contains(await StatusAsync(), field => field.EndsWith("src/file1.txt", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_staged_before_the_first_worker_is_no_news_afterwards(bool isLookedAtByGit)
    {
        _repository.Write("src/file1.txt", "staged\n");
        _repository.Git("add", "src/file1.txt");
        await Task.Delay(150, TestContext.Current.CancellationToken);
        // Nothing that git must be asked about lies there, or something does.
        File.SetLastWriteTimeUtc(IndexFile, DateTime.UtcNow);
        if (isLookedAtByGit) _repository.Write("ignored/cache", "");
        Assert.Empty(await StatusAsync());
        _repository.Write("docs/guide.md", "changed\n");
        Assert.EndsWith("docs/guide.md", Assert.Single(await StatusAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_without_an_index_is_read_as_git_reads_it()
    {
        File.Delete(IndexFile);
        Assert.Contains("? src/file1.txt", await StatusAsync());
    }

    private async Task<IReadOnlyList<string>> StatusAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        _checkout ??= new CheckoutStatus(await GitRepository.OpenAsync(new Git(), _repository.Root, cancellationToken), []);
        return await _checkout.StatusAsync(IndexImage.Read(IndexFile), cancellationToken);
    }
}
