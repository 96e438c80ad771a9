
namespace Factory.Core.Repository;

/// <summary>An index as it lay on disk.</summary>
/// <param name="Bytes">What it held.</param>
/// <param name="Time">When it was written: git compares the files' times with it to know which may have changed unseen.</param>
internal sealed record IndexImage(byte[] Bytes, DateTime Time)
{
    // Several millions of files.
    private const long Largest = 1024 * 1024 * 1024;

    /// <summary>No index.</summary>
    public static IndexImage None { get; } = new([], DateTime.MinValue);

    /// <summary>Reads one; what is no plain file, cannot be read, or is larger than an index can sensibly be, is none.</summary>
    public static IndexImage Read(string file)
    {
        try
        {
            if (!RegularFile.Is(file)) return None;
            // Both from one open file: another may take its place meanwhile.
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            var time = File.GetLastWriteTimeUtc(stream.SafeFileHandle);
            if (stream.Length > Largest) return None;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return new IndexImage(bytes, time);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return None;
        }
    }
}

/// <summary>An index in a file of its own, in a folder that only this user may look into; deleted after use.</summary>
internal sealed class IndexCopy : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("factory-index-").FullName;

    private IndexCopy()
    {
    }

    /// <summary>The file.</summary>
    public string File => Path.Combine(_folder, "index");

    /// <summary>Writes a copy; null when there is no place for it.</summary>
    public static IndexCopy? TryWrite(IndexImage image)
    {
        IndexCopy? copy = null;
        try
        {
            copy = new IndexCopy();
            System.IO.File.WriteAllBytes(copy.File, image.Bytes);
            System.IO.File.SetLastWriteTimeUtc(copy.File, image.Time);
            return copy;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            copy?.Dispose();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A scanner on Windows may hold it; it holds no more than names.
        }
    }
}
