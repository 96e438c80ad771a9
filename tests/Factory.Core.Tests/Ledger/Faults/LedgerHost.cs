using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger.Faults;

/// <summary>Another process that appends to a ledger and prints each receipt's id once the event is acknowledged.</summary>
internal sealed partial class LedgerHost : IDisposable
{
    private const string FolderVariable = "LEDGER_HOST_FOLDER", CountVariable = "LEDGER_HOST_COUNT", WaitVariable = "LEDGER_HOST_WAITS", NumberVariable = "LEDGER_HOST_FIRST";

    private LedgerHost(Process process) => Process = process;

    public static bool IsAsked => Environment.GetEnvironmentVariable(FolderVariable) is not null;

    public Process Process { get; }

    /// <summary>Starts a host.</summary>
    /// <param name="folder">The runs folder.</param>
    /// <param name="count">How many events it appends; the numbers count up from <paramref name="first"/>.</param>
    /// <param name="first">The number of the first event.</param>
    /// <param name="acknowledgedBeforeWait">After how many events it prints its thread's id and waits for a line; null for never.</param>
    public static LedgerHost Start(string folder, int count, int first = 0, int? acknowledgedBeforeWait = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Factory.Core.Tests" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(LedgerHost).Assembly.Location;
        start.Environment[FolderVariable] = folder;
        start.Environment[CountVariable] = count.ToString(CultureInfo.InvariantCulture);
        start.Environment[NumberVariable] = first.ToString(CultureInfo.InvariantCulture);
        if (acknowledgedBeforeWait is { } number) start.Environment[WaitVariable] = number.ToString(CultureInfo.InvariantCulture);
        return new LedgerHost(Process.Start(start)!);
    }

    /// <summary>What the host does.</summary>
    public static void AppendAsAsked()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable)!;
        var waits = Number(WaitVariable);
        if (waits is not null) WarmUp();
        using var writer = new LedgerWriter(folder, TimeProvider.System);
        for (var i = 0; i < Number(CountVariable); i++)
        {
            if (i == waits)
            {
                Console.WriteLine(ThreadId());
                Console.ReadLine();
            }

            Console.WriteLine(writer.Append(LedgerFolder.Entry(Number(NumberVariable)!.Value + i)).EventId);
        }
    }

    /// <summary>Appends, recovers and fails once elsewhere, so that the runtime has loaded all it needs.</summary>
    public static void WarmUp()
    {
        using var scratch = new LedgerFolder();
        scratch.AppendMany(2);
        scratch.Bytes = [.. scratch.Bytes, (byte)'{'];
        scratch.AppendMany(1);
        File.Delete(scratch.Paths.Ledger);
        scratch.AppendMany(1);
    }

    /// <summary>The id by which a tracer knows this thread.</summary>
    public static int ThreadId() => GetThreadId();

    public void Dispose()
    {
        if (!Process.HasExited) Process.Kill();
        Process.Dispose();
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();
}
