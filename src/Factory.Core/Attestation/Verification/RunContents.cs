using System.Collections.Concurrent;
using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Attestation.Verification;

/// <summary>A run's folder as it is found: what lies in it, and digests of it. Nothing but plain files is ever opened.</summary>
internal sealed class RunContents
{
    private const int LargestDocument = 256 * 1024 * 1024;
    private readonly Dictionary<string, RunEntry> _entries;

    private RunContents(string folder, IReadOnlyList<RunEntry> entries)
    {
        (Folder, _entries) = (folder, new Dictionary<string, RunEntry>(entries.Count, StringComparer.Ordinal));
        // Names that are no Unicode may look alike once they are read; no file can be told by such a name.
        foreach (var entry in entries)
            if (!_entries.TryAdd(entry.Name, entry)) _entries[entry.Name] = entry with { Kind = RunEntryKind.Special };
    }

    /// <summary>The run's folder, absolute.</summary>
    public string Folder { get; }

    /// <summary>Every name that is no folder, but for the locks that a run takes, which come and go.</summary>
    public IEnumerable<RunEntry> Entries => _entries.Values.Where(entry => entry.Kind != RunEntryKind.File || !IsLock(entry.Name)).OrderBy(entry => entry.Name, StringComparer.Ordinal);

    /// <summary>The folders right below the run's folder in which nothing lies that has a name of its own, in ordinal order.</summary>
    /// <exception cref="IOException">The run's folder cannot be read.</exception>
    public IEnumerable<string> EmptyFolders()
    {
        var filled = _entries.Keys.Select(name => name.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        return [.. Directory.EnumerateDirectories(Folder, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint }).Select(path => Path.GetFileName(path)).Where(name => !filled.Contains(name)).Order(StringComparer.Ordinal)];
    }

    public static RunContents Scan(string folder, CancellationToken cancellationToken) => new(folder, RunTree.List(folder, folder, cancellationToken));

    public bool Has(string name) => _entries.TryGetValue(name, out var entry) && entry.Kind == RunEntryKind.File;

    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>A plain file's bytes; null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than any document of a run.</exception>
    public byte[]? Read(string name)
    {
        if (!Has(name)) return null;
        using var stream = Open(name);
        if (stream.Length > LargestDocument) throw new IOException($"it is larger than {LargestDocument} bytes");
        var bytes = new byte[stream.Length];
        var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return length == bytes.Length ? bytes : bytes[..length];
    }

    /// <summary>Digests of plain files by name; a null digest says that the file cannot be read or has another length.</summary>
    /// <param name="names">The files, each there.</param>
    /// <param name="sizes">Known lengths: a file of another length is not read, however large it was made.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IReadOnlyDictionary<string, string?> Digest(IReadOnlyCollection<string> names, IReadOnlyDictionary<string, long> sizes, CancellationToken cancellationToken)
    {
        var digests = new ConcurrentDictionary<string, string?>(StringComparer.Ordinal);
        Parallel.ForEach(names, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, name => digests[name] = DigestOne(name, sizes.TryGetValue(name, out var size) ? size : null, cancellationToken));
        return digests;
    }

    /// <summary>How long a plain file is, in bytes; holes count, though they take no room.</summary>
    public long LengthOf(string name) => new FileInfo(_entries[name].Path) is { Exists: true } file ? file.Length : 0;

    // run.lock, WORKER.lock, and the note beside each that says who holds it.
    private static bool IsLock(string name)
    {
        const string Folder = "locks/", Note = ".holder.json", End = ".lock";
        if (!name.StartsWith(Folder, StringComparison.Ordinal)) return false;
        var file = name.EndsWith(Note, StringComparison.Ordinal) ? name[Folder.Length..^Note.Length] : name[Folder.Length..];
        return file.EndsWith(End, StringComparison.Ordinal) && (file == "run.lock" || WorkerId.TryParse(file[..^End.Length], out _));
    }

    private string? DigestOne(string name, long? size, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = Open(name);
            if (size is { } expected && stream.Length != expected) return null;
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var buffer = new byte[128 * 1024];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Looked at again: since the listing a pipe may have taken the file's place.
    private FileStream Open(string name)
    {
        var path = _entries[name].Path;
        return RegularFile.Is(path)
            ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0)
            : throw new IOException("it is no plain file any more");
    }
}
