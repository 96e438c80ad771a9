using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Guards.Writes;

namespace Factory.Core.Reporting;

/// <summary>
/// Writes the files of a run: whole or not at all, and never through a link that somebody put into the run's folder; see
/// <see cref="WriteGuard"/>.
/// </summary>
/// <param name="runDirectory">The run's folder, absolute.</param>
public sealed class RunFiles(string runDirectory)
{
    private readonly WriteGuard _guard = new(runDirectory);

    /// <summary>The run's folder.</summary>
    public string RunDirectory => _guard.Root;

    /// <summary>Writes a file under the run's folder, replacing what was there in one step.</summary>
    /// <param name="path">The file, absolute or relative to the run's folder.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="FactoryException">The file lies outside the run's folder, or would be written through a link.</exception>
    /// <exception cref="IOException">The file could not be written; nothing was replaced.</exception>
    public Task WriteAsync(string path, Func<Stream, Task> write) => _guard.WriteAsync(path, write);

    /// <summary>Writes bytes; see <see cref="WriteAsync(string, Func{Stream, Task})"/>.</summary>
    public Task WriteAsync(string path, ReadOnlyMemory<byte> content) => WriteAsync(path, stream => stream.WriteAsync(content).AsTask());

    /// <summary>Writes text as UTF-8 without a byte order mark; see <see cref="WriteAsync(string, Func{Stream, Task})"/>.</summary>
    public Task WriteAsync(string path, string text) => WriteAsync(path, System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Creates a log, which is written while its worker runs; what had its name is replaced, never followed.</summary>
    /// <inheritdoc cref="WriteAsync(string, Func{Stream, Task})" path="/exception"/>
    public Stream CreateLog(string path) => _guard.CreateNew(path);

    /// <summary>Makes a folder of the run; a link or file in its place is moved aside, never followed.</summary>
    /// <returns>A blocker when something had to be moved aside, else null.</returns>
    /// <exception cref="FactoryException">The folder lies outside the run's folder, or a folder above it is a link.</exception>
    public Blocker? EnsureFolder(string path) => _guard.EnsureFolder(path) is { } aside
        ? new Blocker(BlockerKind.Escape, null, path, $"a link or file stood where the run's folder {path} belongs; it is kept as {aside}", "find out which worker put it there; a run writes only in its own folder")
        : null;

    /// <inheritdoc cref="WriteGuard.Move"/>
    public bool Move(string folder, string name, byte[]? rawName, string to) => _guard.Move(folder, name, rawName, to);

    /// <inheritdoc cref="WriteGuard.OpenUp"/>
    public bool OpenUp(string path) => _guard.OpenUp(path);

    /// <summary>The lowest number from 1 that is no name in a folder, nor the number of a list of names there.</summary>
    /// <exception cref="FactoryException">The folder lies outside the run's folder, or a folder above it is a link.</exception>
    public int NextFree(string folder)
    {
        for (var number = 1; ; number++)
            if (_guard.IsFree(Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture)))) return number;
    }

    /// <summary>Deletes a file of the run, when it is there.</summary>
    /// <exception cref="FactoryException">The file lies outside the run's folder, or a folder above it is a link.</exception>
    public void Delete(string path) => _guard.Delete(path);
}
