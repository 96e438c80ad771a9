using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.GitFolder;

/// <summary>
/// Lock files of git that were made while workers ran and are still there when all have ended. They change nothing, and keep
/// the user's own git from working until somebody deletes them.
/// </summary>
/// <param name="repository">The repository.</param>
internal sealed class LeftLocks(GitRepository repository)
{
    // git's housekeeping takes them in the background, and nothing but other housekeeping waits for them (builtin/gc.c). Those of
    // objects/maintenance and of commit graphs lie in folders that are not looked at.
    private static readonly string[] OfHousekeeping = ["gc.log.lock", "gc.pid.lock"];

    // A git of the user's, in an editor for example, holds one for a moment.
    private static readonly TimeSpan AMoment = TimeSpan.FromSeconds(0.5);

    // A file's time may come from a clock that ticks a little behind.
    private readonly DateTime _since = DateTime.UtcNow - TimeSpan.FromSeconds(0.1);

    /// <summary>Each of them, absolute.</summary>
    public async Task<IReadOnlyList<string>> FindAsync()
    {
        var found = Look().ToDictionary(file => file, FileStamp.Of, StringComparer.Ordinal);
        if (found.Count == 0) return [];
        await Task.Delay(AMoment).ConfigureAwait(false);
        return [.. found.Where(lockFile => File.Exists(lockFile.Key) && FileStamp.Of(lockFile.Key)?.Inode == lockFile.Value?.Inode).Select(lockFile => lockFile.Key).Order(StringComparer.Ordinal)];
    }

    private IEnumerable<string> Look()
    {
        try
        {
            string[] folders = [repository.CommonDirectory, repository.GitDirectory];
            return [.. folders.Distinct(StringComparer.Ordinal).SelectMany(folder => FolderFiles.ChangedSince(folder, _since))
                .Concat(FolderFiles.Of(Path.Combine(repository.CommonDirectory, "refs")).Where(file => IsLock(file) && (FileStamp.Of(file)?.ChangedAt ?? File.GetLastWriteTimeUtc(file)) >= _since))
                .Where(IsLock)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A git folder that cannot be read is told of elsewhere.
            return [];
        }
    }

    private static bool IsLock(string file) => file.EndsWith(".lock", StringComparison.Ordinal) && !OfHousekeeping.Contains(Path.GetFileName(file));
}
