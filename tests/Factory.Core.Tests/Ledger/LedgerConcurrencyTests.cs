using System.Diagnostics;
using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerConcurrencyTests
{
    private const string FolderVariable = "LEDGER_TEST_FOLDER", WriterVariable = "LEDGER_TEST_WRITER";
    private const int Appends = 250;

    [Fact]
    public async Task Eight_writers_at_once_lose_no_line_and_break_no_link()
    {
        using var folder = new LedgerFolder();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Factory.StartNew(
            () => AppendAs(folder.Paths.RunsFolder, writer), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        AssertAllThere(folder, 8);
    }

    [Fact]
    public async Task Three_processes_at_once_lose_no_line_and_break_no_link()
    {
        using var folder = new LedgerFolder();
        var processes = Enumerable.Range(0, 3).Select(writer => StartAppending(folder.Paths.RunsFolder, writer)).ToList();
        foreach (var process in processes)
        {
            await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            process.Dispose();
        }

        AssertAllThere(folder, 3);
    }

    [Fact]
    public async Task A_ledger_whose_writer_was_killed_is_continued_at_once()
    {
        using var folder = new LedgerFolder();
        using var process = StartAppending(folder.Paths.RunsFolder, 0);
        while (!process.HasExited && (!File.Exists(folder.Paths.Ledger) || folder.Lines.Length < 20))
            await Task.Delay(1, TestContext.Current.CancellationToken);
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        var before = folder.Lines.Length;
        folder.AppendMany(1);
        Assert.InRange(folder.Lines.Length, before + 1, before + 2);
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
    }

    /// <summary>Not a test of its own: what each of the processes runs.</summary>
    [Fact(Explicit = true)]
    public void One_process_of_several() =>
        AppendAs(Environment.GetEnvironmentVariable(FolderVariable)!, int.Parse(Environment.GetEnvironmentVariable(WriterVariable)!, CultureInfo.InvariantCulture));

    [Fact]
    public async Task Readers_see_whole_lines_while_writers_append()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(1);
        var writing = Task.Run(() => AppendAs(folder.Paths.RunsFolder, 0), TestContext.Current.CancellationToken);
        var seen = 0;
        while (!writing.IsCompleted)
        {
            var count = LedgerReader.Read(folder.Paths.Ledger).Count();
            Assert.True(count >= seen);
            seen = count;
            Assert.NotEqual(LedgerSignatureStatus.Tampered, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
        }

        await writing;
        Assert.Equal(1 + Appends, folder.Read().Count);
    }

    private static void AppendAs(string runsFolder, int writer)
    {
        using var ledger = new LedgerWriter(runsFolder, TimeProvider.System);
        for (var i = 0; i < Appends; i++) ledger.Append(LedgerFolder.Entry((writer * Appends) + i));
    }

    private static Process StartAppending(string runsFolder, int writer)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Factory.Core.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var method = $"{typeof(LedgerConcurrencyTests).FullName}.{nameof(One_process_of_several)}";
        var start = new ProcessStartInfo(program, ["-explicit", "only", "-method", method]) { RedirectStandardOutput = true };
        start.Environment[FolderVariable] = runsFolder;
        start.Environment[WriterVariable] = writer.ToString(CultureInfo.InvariantCulture);
        return Process.Start(start)!;
    }

    private static void AssertAllThere(LedgerFolder folder, int writers)
    {
        Assert.Equal(Enumerable.Range(0, writers * Appends).Select(number => (long)number), folder.Read().Select(item => (long)item.Details["number"]!).Order());
        var result = LedgerVerifier.Verify(folder.Paths.Ledger);
        Assert.Equal((LedgerSignatureStatus.Verified, (long)writers * Appends), (result.Signature.Status, result.Events));
        Assert.Equal(result.Events, folder.Read().Select(item => item.EventId).Distinct().Count());
    }
}
