using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Factory.Core.Contracts;
using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

/// <summary>These count what the whole process does, so nothing runs beside them.</summary>
[CollectionDefinition(nameof(ChildProcessUnderLoadTests), DisableParallelization = true)]
[Collection(nameof(ChildProcessUnderLoadTests))]
public sealed partial class ChildProcessUnderLoadTests : UnixOnly
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

    [Fact]
    public async Task Quiet_children_hold_no_thread_of_the_pool()
    {
        const int Children = 60;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Children).Select(_ => Commands.RunAsync("sleep", "0.5")));
        // A blocked pool grows by about a thread a second, so that blocking reads would take minutes.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.5, 8);
    }

    [Theory]
    [UnsupportedOSPlatform("windows")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_other_descriptor_reaches_the_child(bool isCloseFromUsed)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "reads /proc");
        // A descriptor from dup is inheritable, as is one that this process got from a careless parent.
        var inheritable = Duplicate(1);
        var hadCloseFrom = PosixSpawn.HasCloseFrom;
        try
        {
            PosixSpawn.HasCloseFrom = hadCloseFrom && isCloseFromUsed;
            // ls itself opens the folder as 3.
            Assert.Equal("0\n1\n2\n3\n", (await Commands.RunAsync("ls", "/proc/self/fd")).Output);
        }
        finally
        {
            PosixSpawn.HasCloseFrom = hadCloseFrom;
            _ = CloseDescriptor(inheritable);
        }
    }

    private static async Task RunBothAsync(string broken)
    {
        Assert.Throws<FactoryException>(() => Commands.Start(broken));
        await Commands.RunAsync("true");
    }

    private static int CountDescriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();

    [LibraryImport("libc", EntryPoint = "dup")]
    private static partial int Duplicate(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseDescriptor(int descriptor);
}
