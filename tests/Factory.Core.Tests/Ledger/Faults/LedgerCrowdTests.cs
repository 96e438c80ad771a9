using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger.Faults;

/// <summary>Many processes, and processes that die, on one ledger.</summary>
public sealed class LedgerCrowdTests
{
    /// <summary>Set to 1, the crowd appends on the disk of the temporary folder and not in memory, where flushes cost nothing.</summary>
    private const string RealDiskVariable = "LEDGER_CROWD_ON_DISK";

    private static readonly int Kills = FaultScale.Of(usual: 30, full: 100);

    [Fact]
    public async Task Sixteen_processes_that_append_at_once_lose_nothing()
    {
        const int Processes = 16;
        var events = FaultScale.Of(usual: 500, full: 2000);
        using var place = new LedgerFolder();
        using var folder = Directory.Exists("/dev/shm") && Environment.GetEnvironmentVariable(RealDiskVariable) != "1"
            ? new LedgerFolder(Directory.CreateDirectory("/dev/shm/" + Path.GetFileName(place.Paths.RunsFolder)).FullName, isOwned: true)
            : new LedgerFolder();
        var receipts = await Task.WhenAll(Enumerable.Range(0, Processes).Select(async number =>
        {
            using var host = LedgerHost.Start(folder.Paths.RunsFolder, events, number * events);
            var printed = await host.Process.StandardOutput.ReadToEndAsync();
            await host.Process.WaitForExitAsync();
            Assert.Equal(0, host.Process.ExitCode);
            return printed.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        }));

        var read = folder.Read();
        Assert.Equal(Enumerable.Range(0, Processes * events).Select(number => (long)number), read.Select(item => (long)item.Details["number"]!).Order());
        Assert.Equal(Processes * events, receipts.SelectMany(ids => ids).ToHashSet(StringComparer.Ordinal).Count);
        Assert.Equal(receipts.SelectMany(ids => ids).Order(StringComparer.Ordinal), read.Select(item => item.EventId).Order(StringComparer.Ordinal));
        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((LedgerSignatureStatus.Verified, (long)Processes * events), (result.Signature.Status, result.Events));
    }

    [Fact]
    public async Task Kills_at_random_moments_lose_nothing_that_was_acknowledged()
    {
        using var folder = new LedgerFolder();
        var random = new Random(20260301);
        var acknowledged = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < Kills; round++)
        {
            using var host = LedgerHost.Start(folder.Paths.RunsFolder, int.MaxValue);
            var first = await host.Process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
            await Task.Delay(random.Next(20), TestContext.Current.CancellationToken);
            host.Process.Kill();
            var rest = await host.Process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await host.Process.WaitForExitAsync(TestContext.Current.CancellationToken);
            // A receipt whose line end is missing was cut while it was printed.
            acknowledged.UnionWith([first!, .. rest.Split('\n')[..^1]]);
        }

        folder.AppendMany(1);
        var kept = folder.Read().Select(item => item.EventId!).ToHashSet(StringComparer.Ordinal);
        Assert.Empty(acknowledged.Except(kept, StringComparer.Ordinal));
        Assert.InRange(acknowledged.Count, Kills, int.MaxValue);
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills, {acknowledged.Count} events acknowledged, {kept.Count} in the ledger, {folder.Quarantine.Length} torn ends");
    }
}
