using System.Text;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class ProcessSweepTests
{
    public ProcessSweepTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");

    [Fact]
    public async Task A_process_is_found_by_its_whole_variable_only()
    {
        var marker = Commands.NewMarker();
        await using var child = Start(marker, "sleep", "300");
        Assert.Equal([child.Id], ProcessSweep.FindByEnvironment(marker.Name, marker.Value).Select(process => process.Pid));
        Assert.Empty(ProcessSweep.FindByEnvironment(marker.Name, marker.Value[..^1]));
        Assert.Empty(ProcessSweep.FindByEnvironment(marker.Name[1..], marker.Value));
    }

    [Fact]
    public async Task A_process_that_leaves_its_session_and_changes_into_another_program_meanwhile_is_found()
    {
        // Whether it is looked at in the moment in which it has no environment is chance: about once in fifty.
        for (var i = 0; i < 30; i++)
        {
            var marker = Commands.NewMarker();
            await using var child = Start(marker, "sh", "-c", "setsid sh -c 'exec sh -c \"exec sleep 300\"' >/dev/null 2>&1 &");
            await child.WaitForExitAsync(Commands.Token);
            var found = ProcessSweep.FindByEnvironment(marker.Name, marker.Value);
            Assert.NotEmpty(found);
            await ProcessSweep.StopAsync(found, TimeSpan.FromSeconds(1));
            await ProcessSweep.StopAsync(ProcessSweep.FindByEnvironment(marker.Name, marker.Value), TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task A_process_without_an_environment_is_not_found_and_waited_for_once()
    {
        await using var child = Start(Commands.NewMarker(), "env", "-i", "sleep", "300");
        while (File.ReadAllBytes($"/proc/{child.Id}/environ").Length > 0) await Task.Delay(5, Commands.Token);
        Assert.DoesNotContain(ProcessSweep.FindByEnvironment("A", "b"), process => process.Pid == child.Id);
        Assert.DoesNotContain(ProcessSweep.FindByEnvironment("A", "b"), process => process.Pid == child.Id);
    }

    [Fact]
    public async Task A_process_that_ignores_TERM_is_killed()
    {
        var marker = Commands.NewMarker();
        await using var child = Start(marker, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await child.Output.ReadExactlyAsync(new byte[1], Commands.Token);
        var found = ProcessSweep.FindByEnvironment(marker.Name, marker.Value).Where(process => process.Pid == child.Id).ToArray();
        Assert.Equal(1, await ProcessSweep.StopAsync(found, TimeSpan.FromMilliseconds(50)));
        Assert.Equal(137, await child.WaitForExitAsync(Commands.Token));
    }

    [Fact]
    public async Task A_process_that_took_over_the_id_is_left_alone()
    {
        await using var child = Start(Commands.NewMarker(), "sleep", "300");
        var earlier = new ProcessIdentity(child.Id, ProcessStat.Read(child.Id)!.Value.StartTime - 1);
        Assert.Equal(0, await ProcessSweep.StopAsync([earlier], TimeSpan.Zero));
        Assert.False(child.HasEnded);
    }

    [Fact]
    public void This_process_is_never_found() =>
        Assert.DoesNotContain(ProcessSweep.FindByEnvironment("PATH", Environment.GetEnvironmentVariable("PATH")!), process => process.Pid == Environment.ProcessId);

    [Fact]
    public void A_name_with_spaces_and_parentheses_does_not_shift_the_fields()
    {
        var stat = ProcessStat.Parse(7, Encoding.ASCII.GetBytes("7 (a) Z 1 (b c) S 1 42 43 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 99887766 1 2 3\n"));
        Assert.Equal(new ProcessStat(7, 'S', 42, 43, 99887766), stat);
    }

    private static ChildProcess Start(EnvironmentMarker marker, params IReadOnlyList<string> command)
    {
        var environment = Commands.Environment();
        environment[marker.Name] = marker.Value;
        return ChildProcess.Start(new ChildProcessSpec(CommandResolver.Resolve(command, "/", environment), "/", environment, null));
    }
}
