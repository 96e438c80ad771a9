using System.Text;
using Factory.Core.Attestation.Verification;
using Factory.Core.Bundles;
using Factory.Core.Contracts;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Attestation.Verification;

/// <summary>Base and patch give the recorded tree, whatever was changed, and a patch that says something else does not.</summary>
public sealed class PatchedTreeTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly string[] Names = ["plain.txt", "with space", "caf\u00e9", "deep/er/file", "quo\"te", "tab\there", "back\\slash", "-dash", "src/file1.txt", "src/file2.txt", "docs/guide.md"];
    private readonly TestRepository _repository = new();
    private readonly GitRepository _opened;
    private readonly ScratchRepository _scratch;
    private readonly CommitId _base, _baseTree;

    public PatchedTreeTests()
    {
        TestRepository.RequireUnix();
        _repository.Write("binary", "\0\u0001" + new string('x', 300));
        _repository.Write("crlf", "one\r\ntwo\r\nthree");
        _repository.Commit("second");
        _opened = GitRepository.OpenAsync(new Git(), _repository.Root, None).GetAwaiter().GetResult();
        _base = CommitId.Parse(_repository.Head);
        _baseTree = _opened.TreeOfAsync(_base, None).GetAwaiter().GetResult();
        // Whoever verifies has the base and the bundle, and none of the objects that the worker made.
        var clone = Path.Combine(_repository.Home, "clone");
        TestRepository.Run(_repository.Home, "git", "clone", "-q", _repository.Root, clone);
        _scratch = ScratchRepository.CreateAsync(GitRepository.OpenAsync(new Git(), clone, None).GetAwaiter().GetResult(), _base, None).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        _scratch.Dispose();
        _repository.Dispose();
    }

    [Property(MaxTest = 15)]
    public async Task Base_and_patch_give_the_tree_and_the_paths_of_any_change(int seed)
    {
        var (commit, tree) = Change(new Random(seed));
        var patch = await PatchAsync(commit);
        Assert.Equal((tree, ""), await _scratch.ApplyAsync(_baseTree, patch, None));
        var changes = await _opened.DiffAsync(_base, commit, None);
        var file = Path.Combine(_repository.Home, "DIFF.patch");
        await File.WriteAllBytesAsync(file, patch, None);
        Assert.Equal(changes.Select(change => change.Path).Order(StringComparer.Ordinal), (await BundleEvidence.ReadPatchPathsAsync(_opened, file, None)).Order(StringComparer.Ordinal));
    }

    [Property(MaxTest = 15)]
    public async Task A_patch_with_another_content_or_without_a_part_gives_another_tree_or_none(int seed)
    {
        var random = new Random(seed);
        var (commit, tree) = Change(random);
        // One character stands for one byte.
        var patch = Encoding.Latin1.GetString(await PatchAsync(commit));
        if (patch.Length == 0) return;
        var parts = patch.Split("diff --git ").Skip(1).Select(part => "diff --git " + part).ToList();
        var part = random.Next(parts.Count);
        var lines = parts[part].Split('\n');
        var changeable = Enumerable.Range(0, lines.Length).Where(at => lines[at].Length > 1 && (lines[at][0] is '+' or '-' or ' ') && !lines[at].StartsWith("+++ ", StringComparison.Ordinal) && !lines[at].StartsWith("--- ", StringComparison.Ordinal)).ToList();
        var isOldText = false;
        if (changeable.Count == 0) parts.RemoveAt(part);
        else
        {
            var at = changeable[random.Next(changeable.Count)];
            lines[at] = lines[at][..^1] + (lines[at][^1] == 'z' ? 'y' : 'z');
            parts[part] = string.Join('\n', lines);
            isOldText = lines[at][0] is '-' or ' ';
        }

        var (made, error) = await _scratch.ApplyAsync(_baseTree, Encoding.Latin1.GetBytes(string.Concat(parts)), None);
        Assert.NotEqual(tree, made);
        Assert.Equal(made is null, error.Length > 0);
        Assert.True(made is null || !isOldText, "a patch against another text was applied");
    }

    private async Task<byte[]> PatchAsync(CommitId commit)
    {
        using var patch = new MemoryStream();
        await _opened.WritePatchAsync(_base, commit, patch, None);
        return patch.ToArray();
    }

    private (CommitId Commit, CommitId Tree) Change(Random random)
    {
        _repository.Git("reset", "-q", "--hard", _base.Hex);
        for (var count = random.Next(6); count >= 0; count--) ChangeOne(random, Path.Combine(_repository.Root, Names[random.Next(Names.Length)]));
        _repository.Git("add", "-A");
        var tree = _repository.Git("write-tree").Trim();
        return (CommitId.Parse(_repository.Git("commit-tree", "-p", _base.Hex, "-m", "work", tree).Trim()), CommitId.Parse(tree));
    }

    private static void ChangeOne(Random random, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var exists = File.Exists(file);
        switch (random.Next(9))
        {
            case 0 when exists: File.Delete(file); break;
            case 1 when exists && !OperatingSystem.IsWindows(): File.SetUnixFileMode(file, File.GetUnixFileMode(file) ^ UnixFileMode.UserExecute); break;
            case 2 when exists: File.Move(file, file + ".moved"); break;
            case 3 when exists: File.Copy(file, file + ".copy", overwrite: true); File.AppendAllText(file, "more\n"); break;
            case 4 when !exists: File.CreateSymbolicLink(file, random.GetItems(["missing", "src/file1.txt", "caf\u00e9\n"], 1)[0]); break;
            case 5: File.WriteAllText(file, ""); break;
            case 6: File.WriteAllText(file, random.GetItems(["no end", "two\r\nends\n", "+plus\n-minus\n", "diff --git-like\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n"], 1)[0]); break;
            case 7:
                var bytes = new byte[random.Next(400)];
                random.NextBytes(bytes);
                File.WriteAllBytes(file, bytes);
                break;
            default: File.AppendAllText(file, $"line {random.Next(100)}\n"); break;
        }
    }
}
