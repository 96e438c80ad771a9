using System.Diagnostics;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Workers.Processes;

/// <summary>These count what the whole process does, so nothing runs beside them.</summary>
[CollectionDefinition(nameof(ChildProcessUnderLoadTests), DisableParallelization = true)]
[Collection(nameof(ChildProcessUnderLoadTests))]
public sealed class ChildProcessUnderLoadTests : UnixOnly
{
    [Fact]
    public async Task Exit_codes_survive_beside_the_runtimes_own_children()
    {
        const int Each = 150, Lanes = 4;
        var runtime = Enumerable.Range(0, Lanes).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                using var process = Process.Start("sh", ["-c", $"exit {i % 7}"]);
                await process.WaitForExitAsync(Commands.Token);
                Assert.Equal(i % 7, process.ExitCode);
            }
        }));
        var own = Enumerable.Range(0, Lanes).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < Each; i++)
            {
                await using var child = Commands.Start("sh", "-c", $"exit {i % 5}");
                Assert.Equal(i % 5, await child.WaitForExitAsync(Commands.Token));
            }
        }));
        await Task.WhenAll([.. runtime, .. own]).WaitAsync(TimeSpan.FromSeconds(60), Commands.Token);
    }

    [Fact]
    public async Task Neither_success_nor_failure_leaks_a_descriptor()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "counts through /proc");
        using var folder = new ScratchFolder();
        var broken = folder.WriteScript("tool", "#!/no/such/interpreter\n");
        await RunBothAsync(broken);
        var before = CountDescriptors();
        for (var i = 0; i < 20; i++) await RunBothAsync(broken);
        Assert.InRange(CountDescriptors(), 0, before + 4);
    }

    private static async Task RunBothAsync(string broken)
    {
        Assert.Throws<FactoryException>(() => Commands.Start(broken));
        await Commands.RunAsync("true");
    }

    private static int CountDescriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
}
