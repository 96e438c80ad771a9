using Factory.Core.Guards.Escapes.GitFolder;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Guards.Escapes.GitFolder;

/// <summary>What lies among git's objects under a name that is not its own is found, however it came there.</summary>
public sealed class ForgedObjectsTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly string _file;

    public ForgedObjectsTests()
    {
        TestRepository.RequireUnix();
        var id = _repository.Git("rev-parse", "HEAD:docs/guide.md").Trim();
        _file = Path.Combine(Objects, id[..2], id[2..]);
    }

    private string Objects => Path.Combine(_repository.Root, ".git", "objects");

    private string Folder => Path.GetDirectoryName(_file)!;

    private string Name => Path.GetRelativePath(Path.Combine(_repository.Root, ".git"), _file);

    public void Dispose() => _repository.Dispose();

    public static TheoryData<string> Ways => [.. Deeds.Keys];

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Another_content_under_an_objects_name_is_found(string way)
    {
        // Longer ago than what is looked at because times lag behind the clock.
        await Task.Delay(1200, TestContext.Current.CancellationToken);
        var forged = await WatchAsync();
        Deeds[way](this);
        Assert.Equal([Name], (await forged.FindAsync()).Select(escape => escape.Name));
    }

    [Fact]
    public async Task What_git_writes_is_no_forgery()
    {
        var forged = await WatchAsync();
        _repository.Write("more.txt", "more\n");
        _repository.Commit("more");
        _repository.Git("gc", "-q");
        _repository.Write("still more.txt", "more\n");
        _repository.Commit("still more");
        Assert.Empty(await forged.FindAsync());
    }

    [Theory]
    [InlineData("sha1")]
    [InlineData("sha256")]
    public async Task A_pack_that_git_only_gave_a_new_time_is_the_same_and_one_with_another_byte_is_not(string format)
    {
        var folder = Path.Combine(_repository.Home, format);
        TestRepository.Run(_repository.Home, "git", "init", "-q", "--object-format=" + format, folder);
        File.WriteAllText(Path.Combine(folder, "one.txt"), string.Concat(Enumerable.Range(0, 500).Select(n => $"line {n}\n")));
        TestRepository.Run(folder, "git", "add", "-A");
        TestRepository.Run(folder, "git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "one");
        TestRepository.Run(folder, "git", "gc", "-q");
        var pack = Assert.Single(Directory.GetFiles(Path.Combine(folder, ".git", "objects", "pack"), "*.pack"));
        await Task.Delay(1200, TestContext.Current.CancellationToken);
        var forged = new ForgedObjects(await GitRepository.OpenAsync(new Git(), folder, TestContext.Current.CancellationToken));
        // With the index gone git itself could not look into it: nobody asked git.
        File.Move(Path.ChangeExtension(pack, ".idx"), Path.Combine(_repository.Home, "idx"));
        TestRepository.Run(folder, "touch", pack);
        Assert.Empty(await forged.FindAsync());
        File.Move(Path.Combine(_repository.Home, "idx"), Path.ChangeExtension(pack, ".idx"));
        var bytes = File.ReadAllBytes(pack);
        bytes[bytes.Length / 2] ^= 1;
        TestRepository.Run(folder, "chmod", "u+w", pack);
        File.WriteAllBytes(pack, bytes);
        Assert.Contains(await forged.FindAsync(), escape => escape.Name.EndsWith(".pack", StringComparison.Ordinal));
        // With the right end for what it holds now, too.
        var end = format == "sha1" ? 20 : 32;
#pragma warning disable CA5350 // The end of such a pack is SHA-1.
        var digest = format == "sha1" ? System.Security.Cryptography.SHA1.HashData(bytes.AsSpan(0, bytes.Length - end)) : System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(0, bytes.Length - end));
#pragma warning restore CA5350
        digest.CopyTo(bytes, bytes.Length - end);
        File.WriteAllBytes(pack, bytes);
        Assert.Contains(await forged.FindAsync(), escape => escape.Name.EndsWith(".pack", StringComparison.Ordinal));
    }

    private static readonly Dictionary<string, Action<ForgedObjectsTests>> Deeds = new()
    {
        ["over it"] = test => test.Forge(test._file),
        ["over it, with its time set back"] = test =>
        {
            var time = File.GetLastWriteTimeUtc(test._file);
            test.Forge(test._file);
            File.SetLastWriteTimeUtc(test._file, time);
        },
        ["in its place, from a folder in the place of its own"] = test =>
        {
            var copy = test.Copy();
            Directory.Delete(test.Folder, recursive: true);
            Directory.Move(copy, test.Folder);
        },
        ["in its place, from a folder that a link leads to"] = test =>
        {
            var copy = test.Copy();
            Directory.Delete(test.Folder, recursive: true);
            Directory.CreateSymbolicLink(test.Folder, copy);
        },
        ["in its place, as a link to another object"] = test =>
        {
            var other = Directory.EnumerateFiles(test.Objects, "*", SearchOption.AllDirectories).First(file => Path.GetFileName(file).Length == 38 && file != test._file);
            File.Delete(test._file);
            File.CreateSymbolicLink(test._file, other);
        },
    };

    // Each file as old as it was.
    private string Copy()
    {
        var copy = Path.Combine(_repository.Home, "copy");
        TestRepository.Run(_repository.Home, "cp", "-a", Folder, copy);
        var time = File.GetLastWriteTimeUtc(_file);
        Forge(Path.Combine(copy, Path.GetFileName(_file)));
        File.SetLastWriteTimeUtc(Path.Combine(copy, Path.GetFileName(_file)), time);
        return copy;
    }

    private void Forge(string file)
    {
        var other = Directory.EnumerateFiles(Objects, "*", SearchOption.AllDirectories).First(one => Path.GetFileName(one).Length == 38 && one != _file);
        File.Delete(file);
        File.Copy(other, file);
    }

    private async Task<ForgedObjects> WatchAsync() => new(await GitRepository.OpenAsync(new Git(), _repository.Root, TestContext.Current.CancellationToken));
}
