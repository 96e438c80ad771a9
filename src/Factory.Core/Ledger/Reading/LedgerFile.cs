using Factory.Core.Contracts;
using Microsoft.Win32.SafeHandles;

namespace Factory.Core.Ledger.Reading;

/// <summary>
/// A ledger opened for reading, with the length that it had then: lines appended meanwhile are left for the next reader.
/// Reads by position, so several threads may read at once.
/// </summary>
internal sealed class LedgerFile : IDisposable
{
    private readonly SafeFileHandle _file;

    /// <summary>Opens a ledger.</summary>
    /// <exception cref="FactoryException">It is missing or cannot be read.</exception>
    public LedgerFile(string path)
    {
        Path = path;
        try
        {
            _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            Length = RandomAccess.GetLength(_file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            _file?.Dispose();
            throw LedgerFailure.Unreadable(path, error);
        }
    }

    /// <summary>The ledger, as the caller named it.</summary>
    public string Path { get; }

    /// <summary>How many bytes it had when it was opened.</summary>
    public long Length { get; }

    /// <summary>Fills a buffer from a position within <see cref="Length"/>.</summary>
    /// <exception cref="FactoryException">The disk refuses, or the file became shorter than it was.</exception>
    public void Read(Span<byte> buffer, long offset)
    {
        try
        {
            while (buffer.Length > 0)
            {
                var read = RandomAccess.Read(_file, buffer, offset);
                if (read == 0) throw new EndOfStreamException($"it had {Length} bytes when it was opened and became shorter while it was read");
                buffer = buffer[read..];
                offset += read;
            }
        }
        catch (IOException error)
        {
            throw LedgerFailure.Unreadable(Path, error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
