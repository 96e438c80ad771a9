using Factory.Core.Contracts;

namespace Factory.Core.Reporting;

/// <summary>
/// Writes the files of a run: whole or not at all, and never through a link that somebody put into the run's folder.
/// </summary>
/// <param name="runDirectory">The run's folder, absolute.</param>
public sealed class RunFiles(string runDirectory)
{
    /// <summary>The run's folder.</summary>
    public string RunDirectory { get; } = Path.GetFullPath(runDirectory);

    /// <summary>Writes a file under the run's folder, replacing what was there in one step.</summary>
    /// <param name="path">The file, absolute or relative to the run's folder.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="FactoryException">The file lies outside the run's folder, or a folder above it is a link.</exception>
    /// <exception cref="IOException">The file could not be written; nothing was replaced.</exception>
    public async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        var target = Guard(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        MoveFolderAside(target);
        var temporary = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 4096, useAsync: false);
            await using (stream.ConfigureAwait(false)) await write(stream).ConfigureAwait(false);
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes bytes; see <see cref="WriteAsync(string, Func{Stream, Task})"/>.</summary>
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content) => WriteAsync(path, stream => stream.WriteAsync(content).AsTask());

    /// <summary>Writes text as UTF-8 without a byte order mark; see <see cref="WriteAsync(string, Func{Stream, Task})"/>.</summary>
    public Task WriteAsync(string path, string text) => WriteAsync(path, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Makes a folder of the run; a link in its place is moved aside, never followed.</summary>
    /// <exception cref="FactoryException">The folder lies outside the run's folder, or a folder above it is a link.</exception>
    public void EnsureFolder(string path)
    {
        var target = Guard(path);
        if (new DirectoryInfo(target).LinkTarget is not null || File.Exists(target)) MoveAside(target);
        Directory.CreateDirectory(target);
    }

    /// <summary>Deletes a file of the run, when it is there.</summary>
    /// <exception cref="FactoryException">The file lies outside the run's folder, or a folder above it is a link.</exception>
    public void Delete(string path) => File.Delete(Guard(path));

    // A worker may have made a folder where a file belongs; what is in it is kept.
    private static void MoveFolderAside(string target)
    {
        if (Directory.Exists(target)) MoveAside(target);
    }

    private static void MoveAside(string target)
    {
        var aside = $"{target}.moved-{Guid.NewGuid():N}";
        if (File.Exists(target)) File.Move(target, aside);
        else Directory.Move(target, aside);
    }

    private string Guard(string path)
    {
        var target = Path.GetFullPath(path, RunDirectory);
        if (!target.StartsWith(RunDirectory + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw Refused(target, "lies outside the run's folder");
        for (var folder = Path.GetDirectoryName(target)!; folder.Length > RunDirectory.Length; folder = Path.GetDirectoryName(folder)!)
        {
            if (new DirectoryInfo(folder) is { Exists: true, LinkTarget: not null }) throw Refused(target, $"would be written through the link {folder}");
            if (File.Exists(folder)) throw Refused(target, $"needs a folder where the file {folder} is");
        }

        return target;
    }

    private static FactoryException Refused(string target, string why) =>
        new(BlockerKind.Policy, $"{target} {why}", "look at what a worker left in its bundle folder; a run writes only in its own folder", target);
}
