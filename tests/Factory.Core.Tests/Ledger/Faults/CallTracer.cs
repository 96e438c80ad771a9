using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Factory.Core.Tests.Ledger.Faults;

/// <summary>One system call of a trace.</summary>
/// <param name="Name">The call.</param>
/// <param name="Occurrence">Which one of that name, from 1: what strace counts.</param>
/// <param name="Line">As strace shows it.</param>
internal sealed record TracedCall(string Name, int Occurrence, string Line)
{
    public bool IsInjected => Line.Contains("(INJECTED)", StringComparison.Ordinal);

    public override string ToString() => $"{Name} #{Occurrence}: {Line}";
}

/// <summary>strace, attached to one thread; while it is attached, one of the thread's system calls can be made to fail.</summary>
internal sealed class CallTracer : IDisposable
{
    // Every call that an append makes on files. A plain read is left out: the host waits for its line with one.
    private const string Calls = "open,openat,close,stat,lstat,fstat,newfstatat,statx,fstatfs,flock,lseek,pread64,write,pwrite64,pwritev,fsync,fdatasync,ftruncate,fallocate,"
        + "mkdir,rename,renameat,renameat2,unlink,unlinkat,readlink,access,faccessat,faccessat2,fchmod,chmod,getcwd,posix_fadvise,fadvise64";

    private readonly Process _strace;
    private readonly string _output = Path.GetTempFileName();

    private CallTracer(int thread, string? injection)
    {
        string[] arguments = ["-p", thread.ToString(CultureInfo.InvariantCulture), "-o", _output, "-e", "signal=none", "-e", "trace=" + Available, .. injection is null ? (string[])[] : ["-e", "inject=" + injection]];
        _strace = Process.Start(new ProcessStartInfo("strace", arguments) { RedirectStandardError = true })!;
        var said = _strace.StandardError.ReadLine();
        if (said?.Contains("attached", StringComparison.Ordinal) != true) throw new InvalidOperationException($"strace did not attach: {said}");
    }

    // A question mark lets strace pass over a call that this architecture does not have.
    private static string Available => string.Join(',', Calls.Split(',').Select(name => "?" + name));

    /// <summary>Skips the test where a thread cannot be traced.</summary>
    public static void Require()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "strace exists on Linux only");
        try
        {
            using var _ = new CallTracer(LedgerHost.ThreadId(), null);
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            Assert.Skip($"strace is missing, or this user may not trace: {error.Message}");
        }
    }

    public static CallTracer Attach(int thread, string? injection = null) => new(thread, injection);

    /// <summary>Detaches and tells what was seen.</summary>
    public List<TracedCall> Detach()
    {
        Stop();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var calls = new List<TracedCall>();
        foreach (var line in File.ReadLines(_output))
        {
            var name = line.Split('(')[0];
            if (!line.Contains('(', StringComparison.Ordinal) || name.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter != '_')) continue;
            counts[name] = counts.GetValueOrDefault(name) + 1;
            calls.Add(new TracedCall(name, counts[name], line));
        }

        return calls;
    }

    public void Dispose()
    {
        Stop();
        _strace.Dispose();
        File.Delete(_output);
    }

    // strace lets go of its thread when it is told to end; only then is the output whole.
    private void Stop()
    {
        if (!_strace.HasExited) HostProgram.Run("kill", "/", "-INT", _strace.Id.ToString(CultureInfo.InvariantCulture));
        _strace.WaitForExit();
    }
}
