using Factory.Core.Guards.Escapes;
using Factory.Core.Tests.Pipeline;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Escapes;

public sealed class IndexNamesTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private byte[] Index => File.ReadAllBytes(Path.Combine(_repository.Root, ".git", "index"));

    private string[] Listed => _repository.Git("ls-files", "-z", "--cached").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("2")]
    [InlineData("4")]
    public void Every_name_is_read_as_git_lists_it(string version)
    {
        _repository.Write("a/" + new string('n', 180) + "/x", "");
        for (var length = 1; length < 20; length++) _repository.Write($"b/{new string('l', length)}", "");
        _repository.Write("größe/λ.txt", "");
        _repository.Commit("names");
        // Flags that a version 2 has no room for make it a version 3.
        _repository.Write("later.txt", "later");
        _repository.Git("add", "-N", "later.txt");
        _repository.Git("update-index", "--skip-worktree", "docs/guide.md");
        _repository.Git("update-index", "--index-version", version);
        Assert.Equal(Listed, IndexNames.Read(Index));
    }

    [Fact]
    public void Names_in_conflict_and_ids_of_sha256_are_read()
    {
        var folder = Path.Combine(_repository.Home, "sha256");
        TestRepository.Run(_repository.Home, "git", "init", "-q", "--object-format=sha256", folder);
        File.WriteAllText(Path.Combine(folder, "one.txt"), "1");
        TestRepository.Run(folder, "git", "add", "-A");
        Assert.Equal(["one.txt"], IndexNames.Read(File.ReadAllBytes(Path.Combine(folder, ".git", "index"))));
        _repository.Git("checkout", "-q", "-b", "other");
        _repository.Write("docs/guide.md", "# Other\n");
        _repository.Commit("other");
        _repository.Git("checkout", "-q", "main");
        _repository.Write("docs/guide.md", "# Main\n");
        _repository.Commit("main");
        Assert.ThrowsAny<InvalidOperationException>(() => _repository.Git("merge", "-q", "other"));
        Assert.Equal(3, IndexNames.Read(Index)!.Count(name => name == "docs/guide.md"));
    }

    [Fact]
    public void An_index_that_does_not_tell_every_file_is_left_to_git()
    {
        _repository.Git("update-index", "--add", "--cacheinfo", $"160000,{_repository.Head},module");
        Assert.Null(IndexNames.Read(Index));
        _repository.Git("rm", "-q", "--cached", "module");
        Assert.NotNull(IndexNames.Read(Index));
        _repository.Git("update-index", "--split-index");
        Assert.Null(IndexNames.Read(Index));
    }

    [Property(MaxTest = 300)]
    public void A_spoilt_index_gives_names_or_nothing_and_never_an_error(ushort at, byte value, ushort cut)
    {
        var bytes = Spoilt.Value;
        Assert.Null(IndexNames.Read(bytes.AsSpan(0, cut % bytes.Length)));
        var changed = bytes.ToArray();
        changed[at % changed.Length] = value;
        _ = IndexNames.Read(changed);
    }

    private static readonly Lazy<byte[]> Spoilt = new(() =>
    {
        using var repository = new TestRepository();
        return File.ReadAllBytes(Path.Combine(repository.Root, ".git", "index"));
    });
}
