using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger.Faults;

/// <summary>
/// A system call of an append, in four situations, fails once with EIO, once with ENOSPC, and once the process is killed
/// there: every call in a full run, see <see cref="FaultScale"/>. Errors are injected into a thread of this process, kills into a process of their own.
/// </summary>
public sealed class LedgerCallFaultTests
{
    /// <summary>Calls whose failure cannot harm an event: what they are for is done another way, or was only a question.</summary>
    private static readonly string[] Harmless = ["close", "flock", "fstatfs", "lseek", "fadvise64", "posix_fadvise", "unlink", "stat", "lstat", "readlink", "mkdir", "fstat", "newfstatat"];

    public enum Situation
    {
        /// <summary>The writer has appended before.</summary>
        Warm,

        /// <summary>A new writer, an existing ledger.</summary>
        Cold,

        /// <summary>Neither folder nor ledger exists.</summary>
        New,

        /// <summary>The ledger has a torn end.</summary>
        Torn,
    }

    [Theory]
    [InlineData(Situation.Warm)]
    [InlineData(Situation.Cold)]
    [InlineData(Situation.New)]
    [InlineData(Situation.Torn)]
    public void An_error_at_any_system_call_loses_nothing_and_is_reported(Situation situation)
    {
        CallTracer.Require();
        LedgerHost.WarmUp();
        // Now and then the runtime makes a call of its own in this thread, which comes no second time.
        var calls = Enumerable.Range(0, 3).Select(_ => Attempt(situation, null)).MinBy(seen => seen.Count)!;
        Assert.Contains(calls, call => call.Name == "fsync");
        foreach (var call in FaultScale.Of(calls))
        {
            foreach (var error in (string[])["EIO", "ENOSPC"])
                Attempt(situation, $"{call.Name}:error={error}:when={call.Occurrence}");
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{situation}: {calls.Count} system calls, {FaultScale.Of(calls).Count * 2} injected errors");
    }

    [Theory]
    [InlineData(Situation.Warm)]
    [InlineData(Situation.Cold)]
    [InlineData(Situation.New)]
    [InlineData(Situation.Torn)]
    public async Task A_kill_at_any_system_call_loses_nothing_that_was_acknowledged(Situation situation)
    {
        CallTracer.Require();
        var calls = await KillAsync(situation, null);
        Assert.Contains(calls, call => call.Name == "fsync");
        await Parallel.ForEachAsync(
            FaultScale.Of(calls), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken },
            async (call, _) => await KillAsync(situation, call));
        TestContext.Current.TestOutputHelper?.WriteLine($"{situation}: {calls.Count} system calls, {FaultScale.Of(calls).Count} kills");
    }

    private static (LedgerFolder Folder, byte[] Acknowledged) Prepare(Situation situation)
    {
        var folder = new LedgerFolder();
        if (situation == Situation.New)
        {
            Directory.Delete(folder.Paths.RunsFolder);
            return (folder, []);
        }

        folder.AppendMany(3);
        var acknowledged = folder.Bytes;
        if (situation == Situation.Torn) folder.Bytes = [.. acknowledged, .. "{\"actor\":\"half"u8];
        return (folder, acknowledged);
    }

    private static List<TracedCall> Attempt(Situation situation, string? injection)
    {
        var (folder, acknowledged) = Prepare(situation);
        using var _ = folder;
        using var writer = folder.Writer();
        if (situation == Situation.Warm)
        {
            writer.Append(LedgerFolder.Entry(3));
            acknowledged = folder.Bytes;
        }

        using var victim = new TracedThread(() => writer.Append(LedgerFolder.Entry(100)));
        var calls = victim.Run(injection);
        var failure = victim.Failure as FactoryException;
        Assert.True(victim.Failure is null || failure is not null, $"{injection}: {victim.Failure}");
        Assert.Contains(calls, call => injection is null || call.IsInjected);
        Check(folder, acknowledged, failure is null ? 1 : 0, failure is null ? 1 : 0);
        if (failure is not null) Assert.Contains(folder.Paths.RunsFolder, failure.Message, StringComparison.Ordinal);
        else Assert.True(injection is null || Harmless.Contains(injection.Split(':')[0]) || IsElsewhere(calls.First(call => call.IsInjected), folder), $"{injection} was not reported");
        return calls;
    }

    // Now and then the runtime opens a file of its own in this thread, and the call that was meant is the next one.
    private static bool IsElsewhere(TracedCall call, LedgerFolder folder) =>
        call.Line.Contains("\"/", StringComparison.Ordinal) && !call.Line.Contains(folder.Paths.RunsFolder, StringComparison.Ordinal);

    private static async Task<List<TracedCall>> KillAsync(Situation situation, TracedCall? victim)
    {
        var (folder, acknowledged) = Prepare(situation);
        using var _ = folder;
        using var host = LedgerHost.Start(folder.Paths.RunsFolder, situation == Situation.Warm ? 2 : 1, 200, situation == Situation.Warm ? 1 : 0);
        if (situation == Situation.Warm)
        {
            await host.Process.StandardOutput.ReadLineAsync();
            acknowledged = folder.Bytes;
        }

        var thread = int.Parse((await host.Process.StandardOutput.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
        using var tracer = CallTracer.Attach(thread, victim is null ? null : $"{victim.Name}:signal=KILL:when={victim.Occurrence}");
        await host.Process.StandardInput.WriteLineAsync();
        var printed = await host.Process.StandardOutput.ReadToEndAsync();
        await host.Process.WaitForExitAsync();
        var calls = tracer.Detach();
        // The receipt is printed by a write, which is no part of the append.
        var last = calls.FindIndex(call => call.Name == "write");
        Check(folder, acknowledged, printed.Length > 0 ? 1 : 0, 1);
        Assert.True(victim is null || host.Process.ExitCode != 0, $"{victim} did not happen");
        return last < 0 ? calls : calls[..last];
    }

    /// <summary>What must hold after any fault; then the next append must work and end in a sound ledger.</summary>
    private static void Check(LedgerFolder folder, byte[] acknowledged, int leastVictims, int mostVictims)
    {
        if (File.Exists(folder.Paths.Ledger))
        {
            Assert.True(folder.Bytes.AsSpan().StartsWith(acknowledged), "what was acknowledged before is no longer there");
            Assert.NotEqual(LedgerSignatureStatus.Tampered, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
        }

        using (var next = folder.Writer()) next.Append(LedgerFolder.Entry(101));
        Assert.True(folder.Bytes.AsSpan().StartsWith(acknowledged), "what was acknowledged before is no longer there");
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
        var added = folder.Read().OrderBy(item => item.LineNumber).Skip(LedgerFolder.SplitLines(acknowledged).Length).Where(item => item.EventType != "LEDGER_RECOVERED").Select(item => (long)item.Details["number"]!).ToList();
        var victims = added.Count(number => number != 101);
        Assert.InRange(victims, leastVictims, mostVictims);
        Assert.Equal(1, added.Count - victims);
    }
}
