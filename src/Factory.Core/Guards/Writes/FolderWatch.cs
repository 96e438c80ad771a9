namespace Factory.Core.Guards.Writes;

/// <summary>
/// Holds a folder open while somebody untrusted runs. What that one puts in its place later, another folder included, is
/// not the folder that is held, and so nobody can take a folder away and have a new one stand for it.
/// </summary>
public sealed class FolderWatch : IDisposable
{
    private static readonly StringComparison PathComparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
    private readonly HeldFolder _folder;
    private readonly string? _place;

    private FolderWatch(string path, HeldFolder folder) => (Path, _folder, _place) = (path, folder, folder.FinalPath);

    /// <summary>The folder, absolute, as it was asked for.</summary>
    public string Path { get; }

    /// <summary>Begins to hold a folder.</summary>
    /// <param name="path">The folder, absolute.</param>
    /// <exception cref="IOException">It does not exist, is a link or a file, or cannot be opened.</exception>
    public static FolderWatch Begin(string path) => new(path, HeldFolder.Open(path));

    /// <summary>What became of the folder when it is no longer in its place, or null; null too where the system cannot tell.</summary>
    public string? FindMove()
    {
        if (_place is null) return null;
        var now = _folder.FinalPath;
        if (now is null) return "is gone";
        if (string.Equals(now, _place, PathComparison)) return null;
        // Linux marks a deleted folder so.
        return now.EndsWith(" (deleted)", StringComparison.Ordinal) ? "was deleted" : $"was moved to {now}";
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
