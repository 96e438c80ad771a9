using System.Globalization;
using System.Text;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.Checkout;

/// <summary>
/// Holds the trees that an index has noted (the extension <c>TREE</c> of <c>gitformat-index</c>) against its entries. git believes
/// the note, and commits such a tree without a look at the entries: a forged one takes files into the user's next commit that
/// neither the index nor the checkout shows.
/// </summary>
internal sealed class CachedTrees
{
    // Every byte is a letter, so that names that are no UTF-8 stay apart.
    private static readonly Encoding Bytes = Encoding.Latin1;
    private readonly GitRepository _repository;
    private readonly IndexCopy _copy;
    private readonly Dictionary<string, string> _environment;

    private CachedTrees(GitRepository repository, IndexCopy copy)
    {
        (_repository, _copy) = (repository, copy);
        // What is built for the comparison goes into no repository. The quotes let a path have a colon in it.
        var alternate = Path.Combine(repository.CommonDirectory, "objects").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
        _environment = new() { ["GIT_OBJECT_DIRECTORY"] = Path.Combine(Path.GetDirectoryName(copy.File)!, "objects"), ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = $"\"{alternate}\"" };
        Directory.CreateDirectory(_environment["GIT_OBJECT_DIRECTORY"]);
    }

    /// <summary>The first folder, <c>.</c> for the root, of which the index notes another tree than its entries make; null when there is none.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="index">The index.</param>
    /// <param name="cancellationToken">Ends the calls of git.</param>
    /// <exception cref="Contracts.FactoryException">git could not build the trees.</exception>
    public static async Task<string?> FindForgedAsync(GitRepository repository, byte[] index, CancellationToken cancellationToken)
    {
        // git reads no file of no bytes.
        if (index.Length == 0) return null;
        using var copy = IndexCopy.TryWrite(new IndexImage(index, DateTime.UtcNow));
        return copy is null ? "." : await new CachedTrees(repository, copy).FindAsync(index, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether an index notes this tree for all that it holds; whether that is true is another question.</summary>
    public static bool NotesOfRoot(byte[] index, string tree) =>
        index.Length > 0 && IndexExtensions.Read(index, tree.Length / 2) is { } extensions && TreeNotes.Read(extensions, tree.Length / 2)?.Any(note => note.Folder.Length == 0 && note.Id == tree) == true;

    private async Task<string?> FindAsync(byte[] index, CancellationToken cancellationToken)
    {
        var entries = await ListAsync(["ls-files", "-s", "-z", "--full-name"], cancellationToken).ConfigureAwait(false);
        var trees = await BuildAsync(entries, cancellationToken).ConfigureAwait(false);
        if (IndexExtensions.Read(index, trees[""].Length / 2) is not { } extensions || TreeNotes.Read(extensions, trees[""].Length / 2) is not { } notes) return ".";
        // Where a folder stands for its files it is one entry.
        if (extensions.HasFolders) entries = await ListAsync(["ls-files", "-s", "-z", "--full-name", "--sparse"], cancellationToken).ConfigureAwait(false);
        var counts = Count(entries);
        return notes.FirstOrDefault(note => trees.GetValueOrDefault(note.Folder) != note.Id || counts.GetValueOrDefault(note.Folder) != note.Entries) is { } forged ? (forged.Folder.Length == 0 ? "." : forged.Folder) : null;
    }

    // The tree of every folder, by its name; that of the root has none.
    private async Task<Dictionary<string, string>> BuildAsync(IReadOnlyList<string> entries, CancellationToken cancellationToken)
    {
        var file = _copy.File + ".true";
        // "MODE ID STAGE\tNAME"; what is in conflict is in no tree.
        var merged = string.Concat(entries.Where(entry => entry[entry.IndexOf('\t', StringComparison.Ordinal) - 1] == '0').Select(entry => entry + "\0"));
        var call = new GitCall("update-index", "-z", "--index-info") { Input = Bytes.GetBytes(merged), IndexFile = file, Settings = ["core.splitIndex=false", "index.sparse=false"] };
        await _repository.RequireAsync(call, cancellationToken).ConfigureAwait(false);
        var root = (await _repository.RequireAsync(new GitCall("write-tree", "--missing-ok") { IndexFile = file, Environment = _environment }, cancellationToken).ConfigureAwait(false)).Text.Trim();
        var trees = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = root };
        // "040000 tree ID\tNAME"
        foreach (var line in await ListAsync(["ls-tree", "-d", "-r", "-z", "--full-tree", root], cancellationToken).ConfigureAwait(false))
        {
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            trees[line[(tab + 1)..]] = line[..tab].Split(' ')[2];
        }

        return trees;
    }

    private async Task<IReadOnlyList<string>> ListAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var answer = await _repository.RequireAsync(new GitCall(arguments) { IndexFile = _copy.File, Environment = _environment }, cancellationToken).ConfigureAwait(false);
        return Bytes.GetString(answer.Output).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private static Dictionary<string, int> Count(IReadOnlyList<string> entries)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal) { [""] = entries.Count };
        foreach (var entry in entries)
        {
            var name = entry[(entry.IndexOf('\t', StringComparison.Ordinal) + 1)..];
            for (var slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
                counts[name[..slash]] = counts.GetValueOrDefault(name[..slash]) + 1;
        }

        return counts;
    }
}

/// <summary>What an index notes of a folder.</summary>
/// <param name="Folder">Its name, a letter a byte; empty for the root.</param>
/// <param name="Entries">How many entries of the index it stands for.</param>
/// <param name="Id">The id of its tree.</param>
internal sealed record TreeNote(string Folder, int Entries, string Id);

/// <summary>Reads the notes of trees, <c>TREE</c> in <c>gitformat-index</c>.</summary>
internal static class TreeNotes
{
    // git itself follows them one in the other.
    private const int Deepest = 2048;

    /// <summary>All that are valid; null when one is not as git writes it.</summary>
    public static IReadOnlyList<TreeNote>? Read(IndexExtensions extensions, int idSize)
    {
        var notes = new List<TreeNote>();
        foreach (var tree in extensions.Trees)
        {
            var at = 0;
            if (!TryRead(tree, ref at, idSize, "", 0, notes)) return null;
        }

        return notes;
    }

    // "NAME\0COUNT FOLDERS\n", the id when the count is none below zero, and the folders in it.
    private static bool TryRead(byte[] tree, ref int at, int idSize, string parent, int depth, List<TreeNote> notes)
    {
        if (depth > Deepest || !TryTake(tree, ref at, 0, out var name) || !TryTake(tree, ref at, (byte)' ', out var count) || !TryTake(tree, ref at, (byte)'\n', out var folders)) return false;
        if (!TryParse(count, out var entries) || !TryParse(folders, out var inner) || name.Length == 0 != (depth == 0)) return false;
        var folder = parent.Length == 0 ? name : $"{parent}/{name}";
        if (entries >= 0)
        {
            if (tree.Length - at < idSize) return false;
            notes.Add(new TreeNote(folder, entries, Convert.ToHexStringLower(tree.AsSpan(at, idSize))));
            at += idSize;
        }

        for (; inner > 0; inner--)
            if (!TryRead(tree, ref at, idSize, folder, depth + 1, notes)) return false;
        return true;
    }

    private static bool TryTake(byte[] tree, ref int at, byte end, out string text)
    {
        var length = tree.AsSpan(at).IndexOf(end);
        text = length < 0 ? "" : Encoding.Latin1.GetString(tree, at, length);
        at += length + 1;
        return length >= 0;
    }

    private static bool TryParse(string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
}
