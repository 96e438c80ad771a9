using Microsoft.Extensions.FileSystemGlobbing.Abstractions;

namespace Factory.Core.Guards;

/// <summary>
/// A set of paths as the folders that FileSystemGlobbing walks. The library's own in-memory folder searches its whole list
/// for every folder, which is quadratic; this one is built once, in one pass.
/// </summary>
internal sealed class PathTree : DirectoryInfoBase
{
    private readonly Dictionary<string, PathTree> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly PathTree? _parent;

    private PathTree(string name, PathTree? parent) => (Name, _parent) = (name, parent);

    public override string Name { get; }

    public override string FullName => _parent is null ? "/" : $"{_parent.FullName}{Name}/";

    public override DirectoryInfoBase? ParentDirectory => _parent;

    /// <summary>Builds the tree; a path with an empty, <c>.</c> or <c>..</c> segment is left out, because no glob names it.</summary>
    public static PathTree Of(IEnumerable<string> paths)
    {
        var root = new PathTree("", null);
        foreach (var path in paths) root.Add(path);
        return root;
    }

    public override IEnumerable<FileSystemInfoBase> EnumerateFileSystemInfos() =>
        _files.Select(name => (FileSystemInfoBase)new PathLeaf(name, this)).Concat(_folders.Values);

    public override DirectoryInfoBase? GetDirectory(string path) => _folders.GetValueOrDefault(path);

    public override FileInfoBase? GetFile(string path) => _files.Contains(path) ? new PathLeaf(path, this) : null;

    private void Add(string path)
    {
        var segments = path.Split('/');
        if (Array.Exists(segments, segment => segment is "" or "." or "..")) return;
        var folder = this;
        foreach (var segment in segments.AsSpan(0, segments.Length - 1))
        {
            if (!folder._folders.TryGetValue(segment, out var inner)) folder._folders.Add(segment, inner = new PathTree(segment, folder));
            folder = inner;
        }

        folder._files.Add(segments[^1]);
    }

    private sealed class PathLeaf(string name, PathTree folder) : FileInfoBase
    {
        public override string Name => name;

        public override string FullName => folder.FullName + name;

        public override DirectoryInfoBase ParentDirectory => folder;
    }
}
