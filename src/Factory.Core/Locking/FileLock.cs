using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Locking;

/// <summary>
/// A lock held by the operating system: a file opened with <see cref="FileShare.None"/> and never deleted. A holder that
/// is killed frees it at once, so there is no stale lock to take over. Who holds it is written beside it, in
/// <c>&lt;lock&gt;.holder.json</c>, because the locked file itself cannot be read on Windows.
/// </summary>
public sealed class FileLock : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);
    private readonly SafeFileHandle _file;
    private readonly HolderNote? _note;

    private FileLock(SafeFileHandle file, HolderNote? note) => (_file, _note) = (file, note);

    /// <summary>Takes the lock, or returns null when another handle holds it.</summary>
    /// <param name="path">The lock file; its folder is created.</param>
    /// <param name="holder">Who takes it, for others to read; null for locks held only for an instant.</param>
    /// <exception cref="IOException">The file cannot be created, or a link stands in its place or in that of its folder.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or file is read-only.</exception>
    public static FileLock? TryAcquire(string path, LockHolder? holder)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (holder is null) return TryOpen(path) is { } plain ? new FileLock(plain, null) : null;
        var note = HolderNote.Beside(path);
        SafeFileHandle? file = null;
        try
        {
            note.RequireNoLink();
            file = TryOpen(path);
            if (file is null) return null;
            note.RequirePlace(file);
            note.Write(JsonSerializer.SerializeToUtf8Bytes(holder, LockContext.Default.LockHolder));
            return new FileLock(file, note);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
        finally
        {
            if (!note.IsWritten) note.Dispose();
        }
    }

    /// <summary>Takes the lock, waiting for the holder to free it.</summary>
    /// <exception cref="TimeoutException">The lock was not free within <paramref name="patience"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    public static FileLock Acquire(string path, LockHolder? holder, TimeSpan patience, CancellationToken cancellationToken = default) =>
        WaitFor(() => TryAcquire(path, holder), path, patience, cancellationToken);

    /// <summary>Tries again and again, with pauses, until something is taken.</summary>
    internal static T WaitFor<T>(Func<T?> tryTake, string path, TimeSpan patience, CancellationToken cancellationToken)
        where T : class
    {
        var deadline = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        var pause = FirstPause;
        while (true)
        {
            if (tryTake() is { } taken) return taken;
            cancellationToken.ThrowIfCancellationRequested();
            if (Environment.TickCount64 >= deadline) throw new TimeoutException($"the lock {path} was not free within {patience.TotalSeconds:0} s");
            // Jitter: waiters that were refused together must not come back together.
            if (cancellationToken.WaitHandle.WaitOne(pause * (0.5 + Random.Shared.NextDouble()))) cancellationToken.ThrowIfCancellationRequested();
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Opens a lock file, and so takes it; null when another handle holds it.</summary>
    internal static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (IsSharingViolation(error))
        {
            return null;
        }
    }

    /// <summary>Who holds, or last held, a lock; null when that cannot be read.</summary>
    public static LockHolder? ReadHolder(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(HolderFile(path)), LockContext.Default.LockHolder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Frees the lock. The file stays.</summary>
    public void Dispose()
    {
        _note?.Dispose();
        _file.Dispose();
    }

    private static string HolderFile(string path) => path + HolderNote.Extension;

    private static bool IsSharingViolation(IOException error)
    {
        const int ErrorSharingViolation = 32, ErrorLockViolation = 33;
        if (error is FileNotFoundException or DirectoryNotFoundException or PathTooLongException) return false;
        var code = error.HResult & 0xFFFF;
        if (OperatingSystem.IsWindows()) return code is ErrorSharingViolation or ErrorLockViolation;
        // flock answers EWOULDBLOCK, which the runtime reports with the raw errno as HResult: 11 on Linux, 35 on macOS.
        return error.HResult is 11 or 35;
    }
}

/// <summary>Who holds a lock.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Pid">The process id of the runner.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Since">When it was taken, RFC 3339 UTC.</param>
public sealed record LockHolder(string RunId, int Pid, string Host, string Since)
{
    /// <summary>This process as the holder.</summary>
    public static LockHolder Current(string runId, TimeProvider clock) => new(
        runId,
        Environment.ProcessId,
        Environment.MachineName,
        clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The holder in words.</summary>
    public override string ToString() => $"run {RunId}, pid {Pid} on {Host}, since {Since}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LockHolder))]
internal sealed partial class LockContext : JsonSerializerContext;
