using System.Diagnostics;
using Factory.Core.Contracts;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class WorkerCommandOnUnixTests : UnixOnly, IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_that_ends_by_itself_has_its_exit_code_and_logs()
    {
        var result = await RunAsync("sh", "-c", "echo out; echo err >&2; exit 9");
        Assert.Equal((9, false, false, null, 0), (result.ExitCode, result.TimedOut, result.Cancelled, result.StartError, result.LeftoversStopped));
        Assert.Equal("out\n", Commands.Log(_folder));
        Assert.Equal("err\n", Commands.Log(_folder, "stderr"));
        Assert.Equal([new WorkerLog("step.stdout", "step.stdout.log", 4, false, null), new WorkerLog("step.stderr", "step.stderr.log", 4, false, null)], result.Logs);
    }

    [Fact]
    public async Task A_gigabyte_of_output_is_capped_and_keeps_both_ends()
    {
        var spec = Commands.Spec(_folder, "sh", "-c", "echo first; head -c 1073741824 /dev/zero; echo last") with { LogCapBytes = 1 << 20 };
        var result = await WorkerCommand.RunAsync(spec, Commands.Token);
        Assert.Equal((0, 1073741824 + 11, true), (result.ExitCode, result.Logs[0].Bytes, result.Logs[0].Truncated));
        var log = Commands.Log(_folder);
        Assert.StartsWith("first\n", log, StringComparison.Ordinal);
        Assert.EndsWith("last\n", log, StringComparison.Ordinal);
        Assert.Contains($"\n[factory: {1073741824 + 11 - (1 << 20)} bytes left out here]\n", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timeout_kills_the_grandchildren()
    {
        var marker = Commands.NewMarker();
        var spec = Commands.Spec(_folder, "sh", "-c", "sleep 300 & sleep 300 & wait") with { Timeout = TimeSpan.FromMilliseconds(300), Marker = marker };
        var result = await WorkerCommand.RunAsync(spec, Commands.Token);
        Assert.Equal((null, true, false), (result.ExitCode, result.TimedOut, result.Cancelled));
        Assert.Empty(ProcessSweep.FindByEnvironment(marker.Name, marker.Value));
    }

    [Fact]
    public async Task Cancelling_stops_the_tree_and_keeps_the_logs()
    {
        var marker = Commands.NewMarker();
        using var cancel = new CancellationTokenSource();
        var running = WorkerCommand.RunAsync(Commands.Spec(_folder, "sh", "-c", "echo begun; sleep 300 & wait") with { Marker = marker }, cancel.Token);
        Assert.True(await Commands.WaitUntilAsync(() => File.Exists(Path.Combine(_folder.Path, "logs", "step.stdout.log")) && Commands.Log(_folder).Length > 0));
        await cancel.CancelAsync();
        var result = await running;
        Assert.Equal((null, false, true), (result.ExitCode, result.TimedOut, result.Cancelled));
        Assert.Equal("begun\n", Commands.Log(_folder));
        Assert.Empty(ProcessSweep.FindByEnvironment(marker.Name, marker.Value));
    }

    [Fact]
    public async Task A_command_cancelled_before_its_start_is_not_started()
    {
        var result = await WorkerCommand.RunAsync(Commands.Spec(_folder, "touch", "made"), new CancellationToken(canceled: true));
        Assert.True(result.Cancelled);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "made")));
    }

    [Fact]
    public async Task A_leftover_is_stopped_and_counted()
    {
        var result = await RunAsync("sh", "-c", "sleep 300 >/dev/null 2>&1 & exit 0");
        Assert.Equal((0, 1), (result.ExitCode, result.LeftoversStopped));
        if (OperatingSystem.IsLinux()) Assert.Matches(@"\Asleep \(pid [0-9]+\)\z", Assert.Single(result.Leftovers));
    }

    [Fact]
    public async Task A_grandchild_that_holds_the_pipe_does_not_hang_it()
    {
        var clock = Stopwatch.StartNew();
        var result = await RunAsync("sh", "-c", "echo kept; sleep 300 & exit 0");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 8);
        Assert.Equal((0, 1, null), (result.ExitCode, result.LeftoversStopped, result.Logs[0].Error));
        Assert.Equal("kept\n", Commands.Log(_folder));
    }

    [Fact]
    public async Task A_stray_in_a_session_of_its_own_is_found_by_its_marker()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the sweep reads /proc");
        var marker = Commands.NewMarker();
        var result = await WorkerCommand.RunAsync(
            Commands.Spec(_folder, "sh", "-c", "setsid sleep 300 >/dev/null 2>&1 & sleep 0.2") with { Marker = marker }, Commands.Token);
        Assert.Equal((0, 1), (result.ExitCode, result.LeftoversStopped));
        Assert.StartsWith("sleep (pid ", Assert.Single(result.Leftovers), StringComparison.Ordinal);
        Assert.Empty(ProcessSweep.FindByEnvironment(marker.Name, marker.Value));
    }

    [Fact]
    public async Task A_stray_that_nobody_can_find_does_not_hang_it_either()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs setsid");
        var result = await RunAsync("sh", "-c", "echo kept; setsid sleep 7 & sleep 0.2");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("still open", result.Logs[0].Error, StringComparison.Ordinal);
        Assert.Equal("kept\n", Commands.Log(_folder));
    }

    [Fact]
    public async Task The_environment_is_inherited_overridden_and_freed_of_another_repository()
    {
        var spec = Commands.Spec(_folder, "sh", "-c", "echo \"$ADDED|${HOME-none}|${PATH:+path}|$MARK\"") with
        {
            Environment = new Dictionary<string, string?> { ["ADDED"] = "a b", ["HOME"] = null },
            Marker = new EnvironmentMarker("MARK", "unique-" + Guid.NewGuid().ToString("N")),
        };
        await WorkerCommand.RunAsync(spec, Commands.Token);
        Assert.Equal($"a b|none|path|{spec.Marker.Value}\n", Commands.Log(_folder));
    }

    [Fact]
    public async Task The_prompt_reaches_the_command()
    {
        var spec = Commands.Spec(_folder, "cat") with { InputFile = _folder.Write("prompt.md", "the prompt") };
        await WorkerCommand.RunAsync(spec, Commands.Token);
        Assert.Equal("the prompt", Commands.Log(_folder));
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_a_blocker_not_an_exception()
    {
        var result = await RunAsync("no-such-program-here");
        Assert.Equal((null, BlockerKind.Worker), (result.ExitCode, result.StartBlocker!.Kind));
        Assert.Contains("'no-such-program-here' was not found", result.StartError, StringComparison.Ordinal);
        Assert.Contains("PATH", result.StartBlocker.NextAction, StringComparison.Ordinal);
        Assert.Empty(result.Logs);
    }

    [Fact]
    public async Task A_file_that_may_not_be_executed_is_a_blocker()
    {
        _folder.Write("tool", "#!/bin/sh\n");
        var result = await RunAsync("./tool");
        Assert.Contains("may not be executed", result.StartError, StringComparison.Ordinal);
        Assert.Contains("git update-index --chmod=+x", result.StartBlocker!.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_working_directory_is_a_blocker()
    {
        var result = await WorkerCommand.RunAsync(Commands.Spec(_folder, "true") with { WorkingDirectory = "/no/such/folder" }, Commands.Token);
        Assert.Contains("working directory '/no/such/folder' does not exist", result.StartError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_folder_that_cannot_be_made_is_a_blocker()
    {
        var file = _folder.Write("file", "");
        var result = await WorkerCommand.RunAsync(Commands.Spec(_folder, "true") with { LogDirectory = Path.Combine(file, "logs") }, Commands.Token);
        Assert.Contains("cannot be created", result.StartError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_planted_link_in_place_of_the_log_is_replaced_not_followed()
    {
        var victim = _folder.Write("victim", "precious");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "logs"));
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "logs", "step.stdout.log"), victim);
        await RunAsync("echo", "hello");
        Assert.Equal(("precious", "hello\n"), (File.ReadAllText(victim), Commands.Log(_folder)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a\\b")]
    public async Task A_name_that_is_not_a_file_name_is_the_callers_mistake(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => WorkerCommand.RunAsync(Commands.Spec(_folder, "true") with { Name = name }, Commands.Token));

    private Task<WorkerCommandResult> RunAsync(params IReadOnlyList<string> command) => WorkerCommand.RunAsync(Commands.Spec(_folder, command), Commands.Token);
}
