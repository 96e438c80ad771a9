using Factory.Core.Contracts;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class ChildProcessOnUnixTests : UnixOnly
{
    /// <summary>32 and 33 belong to glibc, which ignores them in what it spawns.</summary>
    private const ulong InternalSignals = 0x180000000;

    [Fact]
    public async Task The_exit_code_arrives() => Assert.Equal(7, (await Commands.RunAsync("sh", "-c", "exit 7")).Code);

    [Theory]
    [InlineData("KILL", 137)]
    [InlineData("TERM", 143)]
    public async Task A_child_ended_by_a_signal_has_128_plus_its_number(string signal, int code) =>
        Assert.Equal(code, (await Commands.RunAsync("sh", "-c", $"kill -{signal} $$")).Code);

    [Fact]
    public async Task Without_a_prompt_file_standard_input_is_at_its_end() =>
        Assert.Equal((0, "", ""), await Commands.RunAsync("cat"));

    [Fact]
    public async Task The_prompt_file_arrives_on_standard_input()
    {
        using var folder = new ScratchFolder();
        var prompt = folder.Write("prompt.md", "do this\nand that, größer\n");
        Assert.Equal("do this\nand that, größer\n", (await Commands.FinishAsync(Commands.StartIn(folder.Path, prompt, "cat"))).Output);
    }

    [Fact]
    public async Task The_child_starts_in_its_working_directory()
    {
        using var folder = new ScratchFolder();
        Assert.Equal(folder.Path + "\n", (await Commands.FinishAsync(Commands.StartIn(folder.Path, null, "pwd", "-P"))).Output);
    }

    [Fact]
    public async Task The_environment_is_exactly_what_was_given()
    {
        var environment = new Dictionary<string, string> { ["A"] = "1 2", ["Ü"] = "x=y\nz" };
        var child = ChildProcess.Start(new ChildProcessSpec(["/usr/bin/env", "-0"], "/", environment, null));
        var lines = (await Commands.FinishAsync(child)).Output.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["A=1 2", "Ü=x=y\nz"], lines.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Arguments_arrive_unchanged()
    {
        string[] arguments = ["", " ", "two words", "\"quoted\"", "it's", "größe 漢字 🦀", "line\nbreak\r\n", "$HOME `id` $(id) * ? ; | &", "back\\slash\\", "--", "-n", "%PATH%"];
        var result = await Commands.RunAsync(["printf", "%s\\0", .. arguments]);
        Assert.Equal(string.Concat(arguments.Select(argument => argument + "\0")), result.Output);
    }

    [Fact]
    public async Task Both_outputs_arrive_apart()
    {
        var (code, output, error) = await Commands.RunAsync("sh", "-c", "echo out; echo err >&2");
        Assert.Equal((0, "out\n", "err\n"), (code, output, error));
    }

    [Fact]
    public async Task The_child_leads_a_session_and_a_group_of_its_own()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        await using var child = Commands.Start("sleep", "300");
        var stat = ProcessStat.Read(child.Id);
        Assert.Equal((child.Id, child.Id), (stat!.Value.Group, stat.Value.Session));
    }

    [Fact]
    public async Task No_signal_is_ignored_or_blocked_in_the_child()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var status = (await Commands.RunAsync("cat", "/proc/self/status")).Output.Split('\n');
        foreach (var field in new[] { "SigBlk", "SigIgn" })
        {
            var mask = Convert.ToUInt64(status.Single(line => line.StartsWith(field, StringComparison.Ordinal))[7..].Trim(), 16);
            Assert.Equal(0UL, mask & ~InternalSignals);
        }
    }

    [Fact]
    public void A_missing_interpreter_is_explained()
    {
        using var folder = new ScratchFolder();
        var script = folder.WriteScript("tool", "#!/no/such/interpreter\n");
        var error = Assert.Throws<FactoryException>(() => Commands.Start(script));
        Assert.Equal(BlockerKind.Worker, error.Blocker.Kind);
        Assert.Contains(script, error.Message, StringComparison.Ordinal);
        Assert.Contains("interpreter", error.Blocker.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_without_a_first_line_is_explained()
    {
        using var folder = new ScratchFolder();
        var error = Assert.Throws<FactoryException>(() => Commands.Start(folder.WriteScript("tool", "echo hello\n")));
        Assert.Contains("#!", error.Blocker.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_is_still_being_written_is_waited_for()
    {
        using var folder = new ScratchFolder();
        var script = folder.WriteScript("tool", "#!/bin/sh\nexit 4\n");
        var writer = new FileStream(script, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var closed = Task.Delay(40, Commands.Token).ContinueWith(_ => writer.Dispose(), TaskScheduler.Default);
        Assert.Equal(4, (await Commands.RunAsync(script)).Code);
        await closed;
    }

    [Fact]
    public void Too_long_arguments_are_explained()
    {
        var error = Assert.Throws<FactoryException>(() => Commands.Start("true", new string('x', 4 << 20)));
        Assert.Contains("prompt file", error.Blocker.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_prompt_file_is_explained()
    {
        var error = Assert.Throws<FactoryException>(() => Commands.StartIn("/", "/no/such/prompt.md", "cat"));
        Assert.Equal("/no/such/prompt.md", error.Blocker.Path);
    }

    [Fact]
    public void A_missing_working_directory_is_explained()
    {
        var error = Assert.Throws<FactoryException>(() => ChildProcess.Start(new ChildProcessSpec(["/bin/true"], "/no/such/folder", Commands.Environment(), null)));
        Assert.Equal("/no/such/folder", error.Blocker.Path);
    }

    [Fact]
    public void A_NUL_character_is_refused() =>
        Assert.Contains("NUL", Assert.Throws<FactoryException>(() => Commands.Start("true", "a\0b")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_child_that_ignores_INT_and_TERM_dies_by_KILL()
    {
        await using var child = Commands.Start("sh", "-c", "trap '' INT TERM; echo ready; while :; do sleep 1; done");
        Assert.Equal((int)'r', await ReadByteAsync(child.Output));
        await child.StopAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal(137, await child.WaitForExitAsync(Commands.Token));
    }

    [Fact]
    public async Task A_stop_begins_with_INT_so_that_a_worker_can_tidy_up()
    {
        await using var child = Commands.Start("sh", "-c", "trap 'echo tidy; exit 5' INT; echo ready; while :; do sleep 0.05; done");
        Assert.Equal((int)'r', await ReadByteAsync(child.Output));
        await child.StopAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(5, await child.WaitForExitAsync(Commands.Token));
        Assert.EndsWith("tidy\n", await Commands.ReadAsync(child.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_in_a_group_of_its_own_is_stopped_too()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/bin/bash"), "reads /proc; other shells want a terminal for job control");
        await using var child = Commands.Start("/bin/bash", "-c", "set -m; sleep 300 & echo $!; wait");
        var job = await ReadPidAsync(child.Output);
        Assert.True(await Commands.WaitUntilAsync(() => ProcessStat.Read(job)?.Group == job));
        await child.StopAsync(TimeSpan.FromMilliseconds(100));
        Assert.False(ProcessStat.Read(job) is { IsAlive: true });
    }

    [Fact]
    public async Task Leftovers_are_counted_and_killed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "counts through /proc");
        await using var child = Commands.Start("sh", "-c", "sleep 300 >/dev/null 2>&1 & sleep 300 >/dev/null 2>&1 & exit 3");
        Assert.Equal(3, await child.WaitForExitAsync(Commands.Token));
        Assert.Equal(2, child.KillLeftovers());
        Assert.Equal(0, child.KillLeftovers());
    }

    [Fact]
    public async Task Leftovers_of_a_running_child_are_not_killed_by_mistake()
    {
        await using var child = Commands.Start("sleep", "300");
        Assert.Throws<InvalidOperationException>(() => child.KillLeftovers());
    }

    [Fact]
    public async Task Disposing_leaves_neither_process_nor_zombie()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        var child = Commands.Start("sleep", "300");
        await child.DisposeAsync();
        Assert.Null(ProcessStat.Read(child.Id));
    }

    [Fact]
    public async Task Cancelling_the_wait_leaves_the_child_running()
    {
        await using var child = Commands.Start("sleep", "300");
        using var soon = new CancellationTokenSource(20);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => child.WaitForExitAsync(soon.Token));
        Assert.False(child.HasEnded);
    }

    private static async Task<int> ReadByteAsync(Stream stream)
    {
        var one = new byte[1];
        return await stream.ReadAsync(one, Commands.Token) == 1 ? one[0] : -1;
    }

    private static async Task<int> ReadPidAsync(Stream stream)
    {
        var digits = "";
        for (var c = await ReadByteAsync(stream); c is >= '0' and <= '9'; c = await ReadByteAsync(stream)) digits += (char)c;
        return int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
    }
}
