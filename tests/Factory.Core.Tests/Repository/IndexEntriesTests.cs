using System.Text;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Repository;

public sealed class IndexEntriesTests : IDisposable
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
        Assert.Equal(Listed, Names(Index));
    }

    [Fact]
    public void Names_in_conflict_and_ids_of_sha256_are_read()
    {
        var folder = Path.Combine(_repository.Home, "sha256");
        TestRepository.Run(_repository.Home, "git", "init", "-q", "--object-format=sha256", folder);
        File.WriteAllText(Path.Combine(folder, "one.txt"), "1");
        TestRepository.Run(folder, "git", "add", "-A");
        Assert.Equal(["one.txt"], Names(File.ReadAllBytes(Path.Combine(folder, ".git", "index")))!);
        _repository.Git("checkout", "-q", "-b", "other");
        _repository.Write("docs/guide.md", "# Other\n");
        _repository.Commit("other");
        _repository.Git("checkout", "-q", "main");
        _repository.Write("docs/guide.md", "# Main\n");
        _repository.Commit("main");
        Assert.ThrowsAny<InvalidOperationException>(() => _repository.Git("merge", "-q", "other"));
        Assert.Equal(3, Names(Index)!.Count(name => name == "docs/guide.md"));
    }

    [Fact]
    public void An_index_that_does_not_tell_every_file_is_left_to_git()
    {
        _repository.Git("update-index", "--add", "--cacheinfo", $"160000,{_repository.Head},module");
        Assert.Null(Names(Index));
        _repository.Git("rm", "-q", "--cached", "module");
        Assert.NotNull(Names(Index));
        _repository.Git("update-index", "--split-index");
        Assert.Null(Names(Index));
    }

    [Property(MaxTest = 300)]
    public void A_spoilt_index_gives_names_or_nothing_and_never_an_error(ushort at, byte value, ushort cut, bool isCompressed)
    {
        var bytes = isCompressed ? Compressed.Value : Plain.Value;
        Assert.Null(IndexEntries.Read(bytes.AsSpan(0, cut % bytes.Length)));
        var changed = bytes.ToArray();
        changed[at % changed.Length] = value;
        _ = IndexEntries.Read(changed)?.TryReadFolders();
    }

    [Fact]
    public void A_name_that_keeps_more_of_the_one_before_than_there_is_ends_in_nothing()
    {
        var bytes = Compressed.Value.ToArray();
        // The first entry's flags end at 12 + 62; then comes how much of the name before is dropped.
        bytes.AsSpan(12 + 62, 8).Fill(0xFF);
        Assert.Null(IndexEntries.Read(bytes));
    }

    private static string[]? Names(byte[] index) => IndexEntries.Read(index) is { } entries ? [.. Enumerable.Range(0, entries.Count).Select(entry => Encoding.UTF8.GetString(entries.Name(entry)))] : null;

    private static readonly Lazy<byte[]> Plain = new(() => MakeIndex("2"));
    private static readonly Lazy<byte[]> Compressed = new(() => MakeIndex("4"));

    private static byte[] MakeIndex(string version)
    {
        using var repository = new TestRepository();
        repository.Git("update-index", "--index-version", version);
        return File.ReadAllBytes(Path.Combine(repository.Root, ".git", "index"));
    }
}
