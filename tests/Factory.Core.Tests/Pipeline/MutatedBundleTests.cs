using Factory.Core.Contracts;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Pipeline;

/// <summary>Two bundles as they were launched, one of which is changed in some place before they are judged.</summary>
public sealed class MutatedBundleTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly RunResult _launched;
    private readonly string _runs;
    private readonly Dictionary<string, byte[]> _files;

    public MutatedBundleTests()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt; printf '\\0\\1\\2' > src/a.bin; mv docs/guide.md docs/manual.md; rm src/file2.txt; echo more >> src/file3.txt"), ("B_worker", "echo b > src/b.txt"));
        _launched = TestRepository.Pipeline.LaunchAsync(_repository.Request, CancellationToken.None).GetAwaiter().GetResult();
        _runs = Path.GetDirectoryName(_launched.RunDir!)!;
        _files = Directory.GetFiles(_runs, "*", SearchOption.AllDirectories).ToDictionary(file => file, File.ReadAllBytes, StringComparer.Ordinal);
    }

    private string Bundle => Path.Combine(_launched.RunDir!, "A_worker");

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Untouched_bundles_pass() => Assert.Equal(RunStatus.Pass, (await ValidateAsync()).Status);

    [Property(MaxTest = 12)]
    public async Task Evidence_that_is_not_byte_for_byte_what_was_recorded_is_refused_and_only_there(int seed)
    {
        var random = new Random(seed);
        var file = Path.Combine(Bundle, random.Next(2) == 0 ? "DIFF.patch" : "FILES_CHANGED.json");
        File.WriteAllBytes(file, Mutate(random, _files[file]));
        AssertOnlyTheFirstIsBlocked(await ValidateAsync());
    }

    [Property(MaxTest = 4)]
    public async Task A_branch_that_holds_any_other_commit_or_tree_is_refused_and_only_there(int seed)
    {
        var random = new Random(seed);
        var worker = _launched.Workers[0];
        string other = random.Next(3) switch
        {
            0 => _launched.BaseCommit!,
            1 => _launched.Workers[1].Commit!,
            // The same tree in another commit, and another tree in a like commit.
            _ => _repository.Git("commit-tree", "-p", _launched.BaseCommit!, "-m", "like it", (random.Next(2) == 0 ? worker.Commit : _launched.BaseCommit) + "^{tree}").Trim(),
        };
        _repository.Git("update-ref", $"refs/heads/{worker.Branch}", other);
        try
        {
            AssertOnlyTheFirstIsBlocked(await ValidateAsync());
        }
        finally
        {
            _repository.Git("update-ref", $"refs/heads/{worker.Branch}", worker.Commit!);
        }
    }

    private static byte[] Mutate(Random random, byte[] bytes)
    {
        var (copy, at) = (bytes.ToArray(), random.Next(bytes.Length));
        switch (random.Next(4))
        {
            case 0: return [.. copy[..at], .. copy[(at + 1)..]];
            case 1: return [.. copy, (byte)'\n'];
            case 2: return copy[..at];
            default:
                copy[at] ^= (byte)(1 << random.Next(8));
                return copy;
        }
    }

    private static void AssertOnlyTheFirstIsBlocked(RunResult result)
    {
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.NotEmpty(result.Blockers);
        Assert.All(result.Blockers, blocker => Assert.Equal("A_worker", blocker.Worker));
    }

    // A verdict is recorded and stays; each case begins with what the launch left.
    private async Task<RunResult> ValidateAsync()
    {
        try
        {
            return await TestRepository.Pipeline.ValidateAsync(_repository.Request with { RunId = _launched.RunId }, CancellationToken.None);
        }
        finally
        {
            foreach (var file in Directory.GetFiles(_runs, "*", SearchOption.AllDirectories).Where(file => !_files.ContainsKey(file))) File.Delete(file);
            foreach (var (file, bytes) in _files) File.WriteAllBytes(file, bytes);
        }
    }
}
