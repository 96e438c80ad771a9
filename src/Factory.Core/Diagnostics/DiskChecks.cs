using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;
using Factory.Core.Ledger;
using Factory.Core.Locking;
using Factory.Core.Pipeline.Records;

namespace Factory.Core.Diagnostics;

/// <summary>What the disk must be able to do.</summary>
internal static class DiskChecks
{
    private const long ScarceSpace = 1L << 30;
    private const long NoSpace = 100L << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<DoctorCheck> All { get; } =
    [
        DoctorCheck.Of("runs_folder", patient => WithProbe(patient.RunsDirectory, (folder, probe) => Writable("runs_folder", folder, probe))),
        DoctorCheck.Of("worktrees_folder", patient => WithProbe(patient.WorktreesDirectory, (folder, probe) => Writable("worktrees_folder", folder, probe))),
        DoctorCheck.Of("locks", patient => WithProbe(patient.RunsDirectory, Locks)),
        DoctorCheck.Of("disk_space", Space),
        new("ledger", LedgerAsync),
    ];

    private static IReadOnlyList<DoctorFinding> WithProbe(string wanted, Func<string, string, DoctorFinding> look)
    {
        var folder = FolderRights.Existing(wanted);
        var probe = Path.Combine(folder, $".factory-doctor-{Guid.NewGuid():N}");
        try
        {
            return [look(folder, probe)];
        }
        finally
        {
            File.Delete(probe);
        }
    }

    private static DoctorFinding Writable(string name, string folder, string probe)
    {
        using (var file = File.OpenHandle(probe, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.Write(file, "probe"u8, 0);
            DurableFile.Flush(file);
        }

        DurableFile.FlushFolder(folder);
        return new(name, RunStatus.Pass, $"{folder} takes files and makes them durable", "");
    }

    private static DoctorFinding Locks(string folder, string probe)
    {
        using var first = FileLock.TryAcquire(probe, holder: null);
        using var second = FileLock.TryAcquire(probe, holder: null);
        return first is not null && second is null
            ? new("locks", RunStatus.Pass, "a second holder of one lock is refused", "")
            : new("locks", RunStatus.Blocked, $"the file system of {folder} {(first is null ? "refuses locks" : "gives one lock to two holders")}, so two runs could work in one worktree", "set paths.runs_dir and paths.worktrees_dir to a local disk, and see that DOTNET_SYSTEM_IO_DISABLEFILELOCKING is not set");
    }

    private static IReadOnlyList<DoctorFinding> Space(Patient patient)
    {
        var folder = FolderRights.Existing(patient.RunsDirectory);
        var free = new DriveInfo(folder).AvailableFreeSpace;
        var words = string.Create(CultureInfo.InvariantCulture, $"{free / (double)(1L << 30):0.0} GiB free under {folder}");
        return
        [
            free < NoSpace ? new("disk_space", RunStatus.Blocked, words, "free some space, or set paths.runs_dir and paths.worktrees_dir to another disk")
            : free < ScarceSpace ? new("disk_space", RunStatus.Warn, words, "every worker has a checkout of its own: free some space")
            : new("disk_space", RunStatus.Pass, words, ""),
        ];
    }

    // A run reads all of it before a worker starts, and so does the doctor, but not for ever.
    private static async Task<IReadOnlyList<DoctorFinding>> LedgerAsync(Patient patient, CancellationToken cancellationToken)
    {
        var path = new LedgerPaths(patient.RunsDirectory).Ledger;
        if (!File.Exists(path)) return [new("ledger", RunStatus.Pass, $"there is none yet; the first run makes {path}", "")];
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            if (await Task.Run(() => SoundLedger.FindFault(patient.RunsDirectory, patience.Token), cancellationToken).ConfigureAwait(false) is { } fault)
                return [new("ledger", RunStatus.Blocked, $"{path} is not what it was, so a run starts no worker: {fault}", SoundLedger.Next)];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [new("ledger", RunStatus.Warn, $"{path} takes longer than {Patience.TotalSeconds:0} s to read, so only its end was looked at; a run reads all of it", "factory ledger-verify")];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var whole = LedgerTail.Find(file.SafeFileHandle, file.Length).WholeLength;
        return whole == file.Length
            ? [new("ledger", RunStatus.Pass, $"{path}: every line is what it was", "")]
            : [new("ledger", RunStatus.Warn, $"{path} ends in a torn line, left by a crash", "nothing: the next run moves the torn end to quarantine and says so in the ledger")];
    }
}
