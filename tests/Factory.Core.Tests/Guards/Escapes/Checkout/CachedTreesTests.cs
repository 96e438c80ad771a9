using System.Security.Cryptography;
using System.Text;
using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Guards.Escapes.Checkout;

/// <summary>git believes the trees that an index notes; they are what its entries make, or forged.</summary>
public sealed class CachedTreesTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    private string IndexFile => Path.Combine(_repository.Root, ".git", "index");

    /// <summary>The index with another tree noted for a folder: that of which the id is all <c>0x11</c>, or one of more entries.</summary>
    internal static byte[] Forge(byte[] index, string folder, bool isCount = false)
    {
        var body = index[..^20];
        var name = Encoding.UTF8.GetBytes("\0" + folder + "\0")[1..];
        var extension = body.AsSpan().LastIndexOf("TREE"u8);
        var at = extension + body.AsSpan(extension).IndexOf(name) + name.Length;
        if (isCount) body[at]++;
        else body.AsSpan(at + body.AsSpan(at).IndexOf((byte)'\n') + 1, 20).Fill(0x11);
#pragma warning disable CA5350 // The index ends with a SHA-1 where the repository's format says so.
        return [.. body, .. SHA1.HashData(body)];
#pragma warning restore CA5350
    }

    [Theory]
    [InlineData("true")]
    [InlineData("echo x > src/new.txt; git add src/new.txt")]
    [InlineData("git update-index --index-version 4; git write-tree")]
    [InlineData("echo x > docs/later.txt; git add -N docs/later.txt; git write-tree; git update-index --index-version 4")]
    [InlineData("git rm -q -r src; git write-tree")]
    [InlineData("git rm -q -r --cached .")]
    [InlineData("rm .git/index")]
    [InlineData("git update-index --split-index; echo x > src/new.txt; git add src/new.txt; git write-tree")]
    [InlineData("git sparse-checkout set --cone --sparse-index src; git status -s")]
    [InlineData("git checkout -q -b a; echo a > src/file1.txt; git commit -qam a; git checkout -q main; echo b > src/file1.txt; git commit -qam b; git merge -q a || git status -s")]
    [InlineData("git -c index.threads=4 -c core.untrackedCache=true update-index --force-untracked-cache --really-refresh; git status -s")]
    [InlineData("mkdir -p a/b/c a/b.d; for i in 1 2 3; do echo $i > a/b/c/$i; echo $i > \"a/b.d/\u00e9 $i\"; done; git add a; git write-tree; git rm -q --cached a/b/c/1")]
    [InlineData("printf x > \"$(printf 'bad\\377name')\"; mkdir \"$(printf 'bad\\376folder')\"; printf x > \"$(printf 'bad\\376folder')/a\"; git add -A; git write-tree; rm -r bad*")]
    public async Task What_git_notes_itself_is_what_the_entries_make(string script)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere names are text");
        TestRepository.Run(_repository.Root, "sh", "-c", "set -e\n" + script);
        Assert.Null(await FindAsync(IndexImage.Read(IndexFile).Bytes));
    }

    [Theory]
    [InlineData("src", false)]
    [InlineData("docs", false)]
    [InlineData("", false)]
    [InlineData("src", true)]
    public async Task A_forged_note_is_found_and_its_folder_named(string folder, bool isCount)
    {
        _repository.Git("update-index", "--index-version", "4");
        Assert.Equal(folder.Length == 0 ? "." : folder, await FindAsync(Forge(File.ReadAllBytes(IndexFile), folder, isCount)));
    }

    // What comes between the notes and the end is for git to read or to skip, as it likes.
    [Fact]
    public async Task An_index_that_says_its_entries_end_elsewhere_is_forged()
    {
        var body = File.ReadAllBytes(IndexFile)[..^20];
        byte[] elsewhere = [.. body, .. "EOIE"u8, 0, 0, 0, 24, 0, 0, 0, 99, .. new byte[20], .. new byte[20]];
        Assert.Equal(".", await FindAsync(elsewhere));
    }

    private async Task<string?> FindAsync(byte[] index) => await CachedTrees.FindForgedAsync(await GitRepository.OpenAsync(new Git(), _repository.Root, None), index, None);
}
