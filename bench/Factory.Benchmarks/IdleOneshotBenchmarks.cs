using BenchmarkDotNet.Attributes;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;

namespace Factory.Benchmarks;

/// <summary>
/// The whole oneshot with workers that do nothing, against the bare git commands that it cannot do without: worktrees, the
/// worker's own command, the capture of each worktree, its branch, the integrated commit and its branch. Both sides run the
/// workers in parallel. Oneshot is what the module does in a running PowerShell. Warm: the worktrees exist already and are reused.
/// </summary>
[Config(typeof(WholeRuns))]
public class IdleOneshotBenchmarks
{
    private BenchmarkRepository _repository = null!;
    private PublishedCommand _command = null!;
    private int _number;

    /// <summary>Whether the worktrees exist before the run.</summary>
    [Params(false, true)]
    public bool Warm { get; set; }

    [GlobalSetup]
    public void SetUp() => (_repository, _command) = (new BenchmarkRepository(files: 1000, workers: 4), PublishedCommand.Publish());

    [GlobalCleanup]
    public void CleanUp()
    {
        _repository.Dispose();
        _command.Dispose();
    }

    [IterationSetup(Target = nameof(BareGit))]
    public void PrepareBare()
    {
        _repository.Reset();
        _number++;
        if (Warm) BareGitAsync().GetAwaiter().GetResult();
        _number++;
    }

    [IterationSetup(Targets = [nameof(Oneshot), nameof(OneshotCommand)])]
    public void PrepareOneshot()
    {
        _repository.Reset();
        if (Warm) OneshotAsync().GetAwaiter().GetResult();
    }

    [Benchmark(Baseline = true)]
    public void BareGit() => BareGitAsync().GetAwaiter().GetResult();

    [Benchmark]
    public RunResult Oneshot() => OneshotAsync().GetAwaiter().GetResult();

    /// <summary>The same from the published command line, its start included.</summary>
    [Benchmark]
    public void OneshotCommand() => _command.Run("oneshot", "--repo", _repository.Root);

    private async Task BareGitAsync()
    {
        var root = _repository.Root;
        await GitProgram.RunAsync(root, "--version");
        await GitProgram.RunAsync(root, "rev-parse", "--show-toplevel");
        var commit = await GitProgram.RunAsync(root, "rev-parse", "HEAD");
        await Task.WhenAll(_repository.Workers.Select(worker => Task.Run(() => WorkAsync(worker, commit))));
        var tree = await GitProgram.RunAsync(root, "rev-parse", "HEAD^{tree}");
        var merged = await GitProgram.RunAsync(root, "commit-tree", tree, "-p", commit, "-m", "integrate");
        await GitProgram.RunAsync(root, "update-ref", $"refs/heads/bare/{_number}/Z_integrator", merged);
    }

    private async Task WorkAsync(string worker, string commit)
    {
        var worktree = _repository.Worktree(worker);
        if (Directory.Exists(worktree))
        {
            await GitProgram.RunAsync(worktree, "reset", "--hard", "-q", commit);
            await GitProgram.RunAsync(worktree, "clean", "-fdq");
        }
        else
        {
            await GitProgram.RunAsync(_repository.Root, "worktree", "add", "--detach", "-q", worktree, commit);
        }

        await GitProgram.RunAsync(worktree, "--version");
        await GitProgram.RunAsync(worktree, "add", "-A");
        await GitProgram.RunAsync(worktree, "write-tree");
        await GitProgram.RunAsync(worktree, "update-ref", $"refs/heads/bare/{_number}/{worker}", commit);
    }

    private async Task<RunResult> OneshotAsync()
    {
        var pipeline = new FactoryPipeline(new RunServices(SilentObserver.Instance, TimeProvider.System));
        var result = await pipeline.OneshotAsync(new RunRequest { Repository = _repository.Root }, CancellationToken.None);
        return result.ExitCode == 0 ? result : throw new InvalidOperationException(string.Join('\n', result.Blockers));
    }
}
