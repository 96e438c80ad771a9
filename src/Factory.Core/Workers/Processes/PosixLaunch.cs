using System.Runtime.Versioning;

namespace Factory.Core.Workers.Processes;

/// <summary>Starts a child on Unix.</summary>
[UnsupportedOSPlatform("windows")]
internal static class PosixLaunch
{
    private const int BusyAttempts = 20;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(10);

    internal static IProcessTree Start(ChildProcessSpec spec, ChildStreams streams)
    {
        string[] environment = [.. spec.Environment.Select(pair => $"{pair.Key}={pair.Value}")];
        int[] descriptors = [(int)streams.ChildInput, (int)streams.ChildOutput, (int)streams.ChildError];
        for (var attempt = 1; ; attempt++)
        {
            var error = PosixSpawn.Start(spec.Command, environment, spec.WorkingDirectory, descriptors, out var pid);
            if (error == 0) return new PosixTree(pid);
            // A program that was written a moment ago stays "busy" while a fork elsewhere still holds its descriptor.
            if (error != Posix.TextBusy || attempt == BusyAttempts)
                throw LaunchProblem.CannotStart(spec, error, NextAction(error));
            Thread.Sleep(BusyPause);
        }
    }

    private static string NextAction(int error) => error switch
    {
        Posix.NoEntry => "check that the interpreter in the file's first line (#!) or the program's loader exists",
        Posix.NoAccess => "make the file executable (chmod +x) and check that its file system is not mounted noexec" + LaunchProblem.CommitTheMode,
        Posix.BadFormat => "give the script a first line with its interpreter (#!), or name the interpreter first in the command",
        Posix.TooBig => "hand long texts over in the prompt file, not as arguments or environment",
        Posix.TryAgain or Posix.NoMemory => "run fewer workers at once, or raise the limit of processes (ulimit -u) or memory",
        _ => "start the same command by hand in that directory",
    };
}
