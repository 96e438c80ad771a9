using System.Diagnostics;
using Factory.Core.Contracts;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class ProcessesOnWindowsTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public ProcessesOnWindowsTests() => Assert.SkipUnless(OperatingSystem.IsWindows(), "runs cmd.exe");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_exit_code_and_both_outputs_arrive()
    {
        var result = await RunAsync("cmd", "/d", "/c", "echo out& echo err>&2& exit /b 7");
        Assert.Equal((7, null, 0), (result.ExitCode, result.StartError, result.LeftoversStopped));
        Assert.Equal("out", Commands.Log(_folder).Trim());
        Assert.Equal("err", Commands.Log(_folder, "stderr").Trim());
    }

    [Fact]
    public async Task Without_a_prompt_file_standard_input_is_at_its_end() =>
        Assert.False((await RunAsync("cmd", "/d", "/c", "set /p X=")).TimedOut);

    [Fact]
    public async Task The_prompt_file_arrives_on_standard_input()
    {
        var spec = Commands.Spec(_folder, "cmd", "/d", "/v:on", "/c", "set /p X=& echo got !X!") with { InputFile = _folder.Write("prompt.md", "the prompt\r\n") };
        await WorkerCommand.RunAsync(spec, Commands.Token);
        Assert.Equal("got the prompt", Commands.Log(_folder).Trim());
    }

    [Fact]
    public async Task The_child_starts_in_its_working_directory_with_its_environment()
    {
        var spec = Commands.Spec(_folder, "cmd", "/d", "/c", "cd& echo %ADDED%") with { Environment = new Dictionary<string, string?> { ["ADDED"] = "a b" } };
        await WorkerCommand.RunAsync(spec, Commands.Token);
        Assert.Equal([_folder.Path, "a b"], Commands.Log(_folder).Split("\r\n", StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_timeout_ends_the_whole_job()
    {
        var clock = Stopwatch.StartNew();
        var result = await WorkerCommand.RunAsync(Commands.Spec(_folder, Endless()) with { Timeout = TimeSpan.FromSeconds(1) }, Commands.Token);
        Assert.Equal((null, true), (result.ExitCode, result.TimedOut));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
    }

    [Fact]
    public async Task Stopping_ends_the_child()
    {
        await using var child = Commands.Start(Endless());
        await child.StopAsync(TimeSpan.Zero);
        Assert.True(child.HasEnded);
        Assert.NotEqual(0, await child.WaitForExitAsync(Commands.Token));
    }

    [Fact]
    public async Task A_leftover_of_the_job_is_stopped_and_counted()
    {
        await using var child = Commands.Start("cmd", "/d", "/c", "start /b ping -n 60 127.0.0.1");
        await child.WaitForExitAsync(Commands.Token);
        // Where a console host belongs to the job, it is one more.
        Assert.InRange(child.KillLeftovers(), 1, 2);
        Assert.Equal(0, child.KillLeftovers());
    }

    [Fact]
    public async Task Many_children_at_once_keep_their_exit_codes()
    {
        var codes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async i => (await Commands.RunAsync("cmd", "/d", "/c", $"exit /b {i}")).Code));
        Assert.Equal(Enumerable.Range(0, 8), codes);
    }

    [Fact]
    public async Task A_leftover_that_holds_the_pipe_does_not_hang_it()
    {
        var clock = Stopwatch.StartNew();
        var result = await RunAsync("cmd", "/d", "/c", "echo kept& start /b ping -n 60 127.0.0.1");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 15);
        Assert.InRange(result.LeftoversStopped, 1, 2);
        Assert.Equal(("kept", null), (Commands.Log(_folder).Trim(), result.Logs[0].Error));
    }

    [Fact]
    public async Task Cancelling_ends_the_job()
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var result = await WorkerCommand.RunAsync(Commands.Spec(_folder, Endless()), cancel.Token);
        Assert.Equal((null, false, true), (result.ExitCode, result.TimedOut, result.Cancelled));
    }

    [Fact]
    public async Task A_large_output_is_capped()
    {
        var big = _folder.Write("big.txt", "first\r\n" + string.Concat(Enumerable.Repeat(new string('x', 98) + "\r\n", 10_000)) + "last\r\n");
        var result = await WorkerCommand.RunAsync(Commands.Spec(_folder, "cmd", "/d", "/c", "type " + big) with { LogCapBytes = 10_000 }, Commands.Token);
        Assert.Equal((0, 1_000_013, true, null), (result.ExitCode, result.Logs[0].Bytes, result.Logs[0].Truncated, result.Logs[0].Error));
        Assert.StartsWith("first", Commands.Log(_folder), StringComparison.Ordinal);
        Assert.EndsWith("last\r\n", Commands.Log(_folder), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_a_blocker()
    {
        var result = await RunAsync("no-such-program-here");
        Assert.Equal(BlockerKind.Worker, result.StartBlocker!.Kind);
    }

    [Fact]
    public async Task A_file_that_is_no_program_is_explained()
    {
        _folder.Write("fake.exe", "not a program");
        Assert.Contains("fake.exe", (await RunAsync(@".\fake.exe")).StartError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_file_is_refused()
    {
        _folder.Write("build.cmd", "@echo hi\r\n");
        Assert.Contains("without a shell", (await RunAsync(@".\build.cmd")).StartError, StringComparison.Ordinal);
    }

    private static string[] Endless() => ["cmd", "/d", "/c", "for /l %i in (0,0,1) do @rem"];

    private Task<WorkerCommandResult> RunAsync(params IReadOnlyList<string> command) => WorkerCommand.RunAsync(Commands.Spec(_folder, command), Commands.Token);
}
