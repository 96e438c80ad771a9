using System.Buffers;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.Checkout;

/// <summary>
/// Many paths that are looked at in one order, again and again. Those that follow each other in one folder are looked at from there,
/// by their names alone: the system need not walk the whole path to each. Linux only.
/// </summary>
internal sealed class StampedPaths
{
    // To open a folder takes as long as it saves for two files in it.
    private const int FewestInFolder = 3;
    private readonly byte[] _paths;
    private readonly IReadOnlyList<Run> _runs;

    private StampedPaths(byte[] paths, IReadOnlyList<Run> runs) => (_paths, _runs) = (paths, runs);

    /// <summary>Judges what was found at a path; false ends the look.</summary>
    /// <param name="path">Which of the paths, from zero.</param>
    /// <param name="stamp">What it is now; the default for what is not there.</param>
    internal delegate bool Judge(int path, in FileStamp stamp);

    /// <summary>Whether everything could be looked at and was judged right.</summary>
    public bool All(Judge isRight)
    {
        var (at, number) = (0, 0);
        foreach (var run in _runs)
        {
            using var folder = run.FolderLength > 0 ? LinuxFolder.Open([.. _paths.AsSpan(at, run.FolderLength), 0], followsLinks: false) : null;
            for (var last = number + run.Count; number < last; number++)
            {
                var path = _paths.AsSpan(at);
                path = path[..(path.IndexOf((byte)0) + 1)];
                at += path.Length;
                // A folder that cannot be opened may still be one to look into, or may have become a link.
                var stamp = folder is null ? FileStamp.Read(path) : folder.Look(path[(run.FolderLength + 1)..]);
                if (stamp is not { } known || !isRight(number, in known)) return false;
            }
        }

        return true;
    }

    /// <summary>Collects paths in a folder.</summary>
    /// <param name="root">The folder, absolute, in UTF-8.</param>
    internal sealed class Builder(byte[] root)
    {
        private readonly ArrayBufferWriter<byte> _paths = new();
        private readonly List<Run> _runs = [];
        private (int At, int Length) _folder = (0, -1);
        private int _count;

        /// <summary>Adds a path, relative to the folder, in UTF-8; an empty one is the folder itself.</summary>
        public void Add(ReadOnlySpan<byte> path)
        {
            // Behind a slash at the end the system would look at what a link points at.
            path = path.TrimEnd((byte)'/');
            if (path.IsEmpty) path = "."u8;
            var slash = path.LastIndexOf((byte)'/');
            var length = root.Length + (slash < 0 ? 0 : slash + 1);
            if (_folder.Length != length || (slash >= 0 && !_paths.WrittenSpan.Slice(_folder.At + root.Length + 1, slash).SequenceEqual(path[..slash])))
            {
                Close();
                _folder = (_paths.WrittenCount, length);
            }

            _count++;
            _paths.Write(root);
            _paths.Write("/"u8);
            _paths.Write(path);
            _paths.Write("\0"u8);
        }

        /// <summary>All that were added.</summary>
        public StampedPaths Build()
        {
            Close();
            return new StampedPaths(_paths.WrittenSpan.ToArray(), _runs);
        }

        private void Close()
        {
            if (_count > 0) _runs.Add(new Run(_count, _count < FewestInFolder ? 0 : _folder.Length));
            _count = 0;
        }
    }

    /// <summary>Paths that follow each other in one folder.</summary>
    /// <param name="Count">How many.</param>
    /// <param name="FolderLength">How long the folder's path is, in bytes; zero when each is looked at by its whole path.</param>
    private readonly record struct Run(int Count, int FolderLength);
}
