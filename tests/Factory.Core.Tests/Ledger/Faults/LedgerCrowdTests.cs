using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger.Faults;

/// <summary>Many processes, and processes that die, on one ledger.</summary>
public sealed class LedgerCrowdTests
{
    /// <summary>Set to 1, the crowd appends on the disk of the temporary folder and not in memory, where flushes cost nothing.</summary>
    private const string RealDiskVariable = "LEDGER_CROWD_ON_DISK";

    private const int Kills = 100;

    [Fact]
    public async Task Sixteen_processes_with_two_thousand_events_each_lose_nothing()
    {
        const int Processes = 16, Events = 2000;
        using var place = new LedgerFolder();
        using var folder = Directory.Exists("/dev/shm") && Environment.GetEnvironmentVariable(RealDiskVariable) != "1"
            ? new LedgerFolder(Directory.CreateDirectory("/dev/shm/" + Path.GetFileName(place.Paths.RunsFolder)).FullName, isOwned: true)
            : new LedgerFolder();
        var receipts = await Task.WhenAll(Enumerable.Range(0, Processes).Select(async number =>
        {
            using var host = LedgerHost.Start(folder.Paths.RunsFolder, Events, number * Events);
            var printed = await host.Process.StandardOutput.ReadToEndAsync();
            await host.Process.WaitForExitAsync();
            Assert.Equal(0, host.Process.ExitCode);
            return printed.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        }));

        var events = folder.Read();
        Assert.Equal(Enumerable.Range(0, Processes * Events).Select(number => (long)number), events.Select(item => (long)item.Details["number"]!).Order());
        Assert.Equal(Processes * Events, receipts.SelectMany(ids => ids).ToHashSet(StringComparer.Ordinal).Count);
        Assert.Equal(receipts.SelectMany(ids => ids).Order(StringComparer.Ordinal), events.Select(item => item.EventId).Order(StringComparer.Ordinal));
        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((LedgerSignatureStatus.Verified, (long)Processes * Events), (result.Signature.Status, result.Events));
    }

    [Fact]
    public async Task A_hundred_kills_at_random_moments_lose_nothing_that_was_acknowledged()
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
