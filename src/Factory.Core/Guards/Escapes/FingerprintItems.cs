using System.Collections.Concurrent;
using System.Text;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

/// <summary>Collects the states of which a <see cref="Fingerprint"/> is made; safe to use from several threads.</summary>
internal sealed class FingerprintItems
{
    private const long LargestRead = 1024 * 1024;
    private readonly ConcurrentDictionary<EscapeKey, EscapeState> _items = new();

    /// <summary>All that was collected.</summary>
    public IReadOnlyDictionary<EscapeKey, EscapeState> All => _items;

    /// <summary>Sets a state that is known already.</summary>
    public void Set(EscapeArea area, string name, string state) => _items[new EscapeKey(area, name)] = new EscapeState(state);

    /// <summary>Adds what lies at a path, when there is something.</summary>
    public void Add(EscapeArea area, string name, string file, bool keepContent)
    {
        var state = keepContent ? FileState.WithContent(file) : new EscapeState(FileState.Of(file));
        if (state.State != FileState.Missing) _items[new EscapeKey(area, name)] = state;
    }

    /// <summary>Adds a file, or each file and each link in a folder and below.</summary>
    public void AddAll(EscapeArea area, string name, string path)
    {
        // Most of what decides something in a repository is not there.
        if (FileStamp.At(path) is { IsNothing: true }) return;
        if (!Directory.Exists(path) || new FileInfo(path).LinkTarget is not null) Add(area, name, path, keepContent: false);
        if (!Directory.Exists(path)) return;
        foreach (var file in FolderFiles.Of(path)) Add(area, $"{name}/{Inside(path, file)}", file, keepContent: false);
    }

    /// <summary>Adds a file, or each file and each link in a folder; not what lies below.</summary>
    public void AddFiles(EscapeArea area, string name, string path)
    {
        if (!Directory.Exists(path) || new FileInfo(path).LinkTarget is not null) Add(area, name, path, keepContent: false);
        if (!Directory.Exists(path)) return;
        foreach (var file in Directory.EnumerateFiles(path)) Add(area, $"{name}/{Path.GetFileName(file)}", file, keepContent: false);
    }

    /// <summary>
    /// Adds each file and each link in a folder and below, with what it holds: hooks call others that lie beside them. The folder
    /// itself may be a link, and is a state of its own then.
    /// </summary>
    /// <param name="area">The part it belongs to.</param>
    /// <param name="name">Its name there.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="except">A name in it that is left out.</param>
    public void AddFolder(EscapeArea area, string name, string folder, string? except = null)
    {
        if (new DirectoryInfo(folder) is { LinkTarget: { } target }) Set(area, name, "link to " + target);
        if (!Directory.Exists(folder)) return;
        foreach (var file in FolderFiles.Of(folder))
        {
            var inside = Inside(folder, file);
            if (inside != except) Add(area, $"{name}/{inside}", file, keepContent: !file.EndsWith(".sample", StringComparison.Ordinal));
        }
    }

    /// <summary>What a small file holds, without space around it; null for what is no plain file or cannot be read.</summary>
    public static string? ReadText(string file)
    {
        try
        {
            return RegularFile.Is(file) && new FileInfo(file).Length <= LargestRead ? Encoding.UTF8.GetString(File.ReadAllBytes(file)).Trim() : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Inside(string folder, string file) => Path.GetRelativePath(folder, file).Replace('\\', '/');
}
