using System.Diagnostics;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Tests.Pipeline;

/// <summary>A pipe where git expects a file holds no run: git is ended, and the pipe is named.</summary>
public sealed class HeldGitTests : IDisposable
{
    // git is looked at after two seconds; the rest is for a machine that is busy.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(40);
    private readonly TestRepository _repository = new();

    public HeldGitTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "elsewhere a pipe cannot be told from a file");

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("refs/heads/zz")]
    [InlineData("objects/info/commit-graph")]
    [InlineData("objects/pack/multi-pack-index")]
    [InlineData("worktrees/A_worker/commondir")]
    [InlineData("worktrees/A_worker/logs/HEAD")]
    [InlineData("worktrees/B_worker/logs/HEAD")]
    public async Task A_pipe_anywhere_in_the_git_folder_ends_the_run_in_time_and_is_named(string path)
    {
        var pipe = Quoted(Path.Combine(_repository.Root, ".git", path));
        _repository.Configure(("A_worker", $"echo a > src/a.txt; rm -f '{pipe}'; mkdir -p \"$(dirname '{pipe}')\"; mkfifo '{pipe}'"), ("B_worker", "echo b > docs/b.txt; sleep 1"));
        var result = await EndsAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker.Message.Contains(path, StringComparison.Ordinal));
        Assert.Empty(GitIn(_repository.Home));
    }

    [Theory]
    [InlineData(".gitconfig", "status")]
    [InlineData(".config/git/ignore", "status")]
    [InlineData("included", "status")]
    [InlineData("listed", "status")]
    [InlineData("behind/a/link", "for-each-ref")]
    public async Task A_pipe_among_settings_or_behind_a_link_is_named(string path, string call)
    {
        var repository = await GitRepository.OpenAsync(Own, _repository.Root, TestContext.Current.CancellationToken);
        _repository.Git("config", "include.path", "~/included");
        if (path == "listed") _repository.Git("config", "core.excludesFile", "~/listed");
        if (path.StartsWith("behind", StringComparison.Ordinal)) File.CreateSymbolicLink(Path.Combine(_repository.Root, ".git/refs/heads/led"), Path.Combine(_repository.Home, "behind"));
        var pipe = Pipe(Path.Combine(_repository.Home, path));
        var error = await Assert.ThrowsAsync<FactoryException>(() => repository.RunAsync(new GitCall(call), TestContext.Current.CancellationToken)).WaitAsync(Soon, TestContext.Current.CancellationToken);
        Assert.Equal(BlockerKind.Escape, error.Blocker.Kind);
        Assert.Contains(path.StartsWith("behind", StringComparison.Ordinal) ? "refs/heads/led/a/link" : pipe, error.Message, StringComparison.Ordinal);
        Assert.Empty(GitIn(_repository.Home));
    }

    [Fact]
    public async Task A_repository_is_not_waited_for_when_it_is_opened()
    {
        var pipe = Pipe(Path.Combine(_repository.Home, ".gitconfig"));
        var opening = Assert.ThrowsAsync<FactoryException>(() => GitRepository.OpenAsync(Own, _repository.Root, TestContext.Current.CancellationToken));
        Assert.Contains(pipe, (await opening.WaitAsync(Soon, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_must_still_be_made_when_all_is_to_end_is_looked_at_at_once()
    {
        using var stop = new CancellationTokenSource();
        var repository = await GitRepository.OpenAsync(new Git(), _repository.Root, stop.Token);
        Pipe(Path.Combine(_repository.Root, ".git/refs/heads/zz"));
        var call = repository.RunAsync(new GitCall("for-each-ref"), CancellationToken.None);
        var since = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        await Assert.ThrowsAsync<FactoryException>(() => call);
        Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(1.5));
    }

    [Fact]
    public async Task A_git_that_hangs_for_another_reason_is_ended_with_its_children_when_all_is_to_end()
    {
        using var stop = new CancellationTokenSource();
        var repository = await GitRepository.OpenAsync(new Git(), _repository.Root, stop.Token);
        var call = repository.RunAsync(new GitCall("-c", "alias.slow=!sh -c 'sleep 333; true'", "slow"), CancellationToken.None);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        var error = await Assert.ThrowsAsync<FactoryException>(() => call).WaitAsync(Soon, TestContext.Current.CancellationToken);
        Assert.Contains("after the run was to end", error.Message, StringComparison.Ordinal);
        Assert.Empty(GitIn(_repository.Home));
    }

    [Fact]
    public async Task Whoever_reads_git_s_answer_and_fails_leaves_no_git_behind()
    {
        Pipe(Path.Combine(_repository.Root, ".git/refs/heads/zz"));
        var call = new GitCall("for-each-ref") { WorkingDirectory = _repository.Root };
        await Assert.ThrowsAsync<IOException>(() => new Git().RunAsync(call, (_, _) => throw new IOException(), TestContext.Current.CancellationToken));
        Assert.Empty(GitIn(_repository.Home));
    }

    [Fact]
    public void What_holds_nobody_is_no_pipe()
    {
        File.CreateSymbolicLink(Path.Combine(_repository.Home, ".gitconfig"), "/dev/null");
        File.CreateSymbolicLink(Path.Combine(_repository.Root, ".git/round"), ".");
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(_repository.Root, ".git/fsmonitor--daemon.ipc")));
        Assert.Null(GitFilesThatHold.Find([Path.Combine(_repository.Root, ".git")], [_repository.Root], Own.Environment));
        TestRepository.Run(_repository.Root, "sh", "-c", "mkdir \".git/refs/$(printf '\\377')\"; mkfifo \".git/refs/$(printf '\\377')/x\"");
        Assert.EndsWith("/x", GitFilesThatHold.Find([Path.Combine(_repository.Root, ".git")], [_repository.Root], Own.Environment), StringComparison.Ordinal);
        // .NET deletes no name that is no text.
        TestRepository.Run(_repository.Root, "rm", "-rf", ".git/refs");
    }

    // Another home than that of whoever runs the tests.
    private Git Own => new Git().With(new Dictionary<string, string> { ["HOME"] = _repository.Home, ["XDG_CONFIG_HOME"] = Path.Combine(_repository.Home, ".config"), ["GIT_CONFIG_NOSYSTEM"] = "1" });

    private static string Pipe(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        TestRepository.Run("/", "mkfifo", path);
        return path;
    }

    private async Task<RunResult> EndsAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Soon);
        return await _repository.OneshotAsync(patience.Token).WaitAsync(Soon, cancellationToken);
    }

    // Those that work in a folder or below it.
    private static List<string> GitIn(string folder)
    {
        for (var left = 20; ; left--)
        {
            var found = Process.GetProcesses().Where(process => process.ProcessName is "git" or "sh" or "sleep").Where(process => new FileInfo($"/proc/{process.Id}/cwd").LinkTarget?.StartsWith(folder, StringComparison.Ordinal) == true).Select(process => $"{process.Id}").ToList();
            if (found.Count == 0 || left == 0) return found;
            // The system takes a moment to end one.
            Thread.Sleep(50);
        }
    }

    private static string Quoted(string path) => path.Replace("'", "'\\''", StringComparison.Ordinal);
}
