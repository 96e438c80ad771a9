using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.GitFolder;

/// <summary>
/// Finds objects of the repository that do not hold what their names say. git believes an object's name when it reads one, so
/// whoever writes another content under the name of a base's file changes that file in every commit that has it, and no id
/// tells. Only what was written since the run began is read again.
/// </summary>
internal sealed class ForgedObjects
{
    // Times of files lag behind the clock by a tick of the system.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);
    private const int SmallObject = 64 * 1024, ShortName = 40;
    private readonly DateTime _since = DateTime.UtcNow - Margin;
    private readonly GitRepository _repository;
    private readonly string _objects;

    // A folder that is moved here with all in it leaves its files' times as they were.
    private readonly Dictionary<string, ulong> _folders;
    private readonly KnownPacks _packs;

    /// <summary>Begins to watch.</summary>
    /// <param name="repository">The repository.</param>
    public ForgedObjects(GitRepository repository)
    {
        (_repository, _objects) = (repository, Path.Combine(repository.CommonDirectory, "objects"));
        _packs = new KnownPacks(Path.Combine(_objects, "pack"));
        _folders = Folders().ToDictionary(folder => folder.Path, folder => folder.Inode, StringComparer.Ordinal);
    }

    /// <summary>Every object that was forged since this was made, in a stable order.</summary>
    public async Task<IReadOnlyList<Escape>> FindAsync()
    {
        var found = new List<Escape>();
        foreach (var (folder, inode) in Folders())
        {
            var isMoved = !_folders.TryGetValue(folder, out var known) || known != inode;
            foreach (var file in FolderFiles.ChangedSince(folder, isMoved ? DateTime.MinValue : _since))
                if (!(IsObject(file) ? HoldsItsName(file) : await IsSoundAsync(file).ConfigureAwait(false))) found.Add(Forged(file));
        }

        return [.. found.OrderBy(escape => escape.Name, StringComparer.Ordinal)];
    }

    private IEnumerable<(string Path, ulong Inode)> Folders()
    {
        var loose = FolderFiles.FoldersIn(_objects).Where(folder => folder.Name is { Length: 2 } name && name.All(char.IsAsciiHexDigitLower));
        foreach (var (name, inode) in loose) yield return (Path.Combine(_objects, name), inode);
        foreach (var path in ((string[])["pack", "info", "info/commit-graphs"]).Select(name => Path.Combine(_objects, name)).Where(Directory.Exists))
            yield return (path, FileStamp.Of(path)?.Inode ?? 0);
    }

    private static bool IsObject(string file) => Path.GetFileName(file) is { Length: 38 or 62 } name && name.All(char.IsAsciiHexDigitLower);

    private static bool HoldsItsName(string file)
    {
        var name = Path.GetFileName(Path.GetDirectoryName(file)) + Path.GetFileName(file);
        try
        {
            if (!RegularFile.Is(file)) return false;
            return Convert.ToHexStringLower(HashOfSmall(file, name.Length) ?? HashOf(file, name.Length)) == name;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            // git's housekeeping packed it meanwhile.
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false;
        }
    }

    // git gives every object that it is about to write a new time when it is there already: a capture of a fresh worktree does so
    // with all of them. Most are small.
    private static byte[]? HashOfSmall(string file, int nameLength)
    {
        var (packed, content) = (ArrayPool<byte>.Shared.Rent(SmallObject), ArrayPool<byte>.Shared.Rent(SmallObject));
        try
        {
            using var handle = File.OpenHandle(file, share: FileShare.ReadWrite | FileShare.Delete);
            var length = 0;
            for (int read; length < packed.Length && (read = RandomAccess.Read(handle, packed.AsSpan(length), length)) > 0;) length += read;
            if (length == packed.Length) return null;
            using var stream = new ZLibStream(new MemoryStream(packed, 0, length), CompressionMode.Decompress);
            var size = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return size == content.Length ? null : nameLength == ShortName ? GitsOwn(content.AsSpan(0, size)) : SHA256.HashData(content.AsSpan(0, size));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
            ArrayPool<byte>.Shared.Return(content);
        }
    }

    private static byte[] HashOf(string file, int nameLength)
    {
        using var content = new ZLibStream(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), CompressionMode.Decompress);
        return nameLength == ShortName ? GitsOwn(content) : SHA256.HashData(content);
    }

#pragma warning disable CA5350 // The names of git's objects are SHA-1 where the repository's format says so.
    private static byte[] GitsOwn(Stream content) => SHA1.HashData(content);

    private static byte[] GitsOwn(ReadOnlySpan<byte> content) => SHA1.HashData(content);
#pragma warning restore CA5350

    private async Task<bool> IsSoundAsync(string file)
    {
        GitCall? check = (Path.GetFileName(file), Path.GetExtension(file)) switch
        {
            (_, ".idx") => new GitCall("verify-pack", file),
            (_, ".pack") when _packs.HoldUnchanged(file) => null,
            // While git makes a pack its index comes last.
            (_, ".pack") when File.Exists(Path.ChangeExtension(file, ".idx")) => new GitCall("verify-pack", Path.ChangeExtension(file, ".idx")),
            ("multi-pack-index", _) => new GitCall("multi-pack-index", "verify"),
            ("commit-graph" or "commit-graph-chain", _) or (_, ".graph") => new GitCall("commit-graph", "verify"),
            _ => null,
        };
        return check is null || (await _repository.RunAsync(check, CancellationToken.None).ConfigureAwait(false)).ExitCode == 0 || !File.Exists(file);
    }

    private Escape Forged(string file) => new(
        EscapeArea.Shared, Path.GetRelativePath(_repository.CommonDirectory, file).Replace('\\', '/'), "was written with something else than its name says", "");
}
