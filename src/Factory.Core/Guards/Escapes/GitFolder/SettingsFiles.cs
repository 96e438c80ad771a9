using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.GitFolder;

/// <summary>
/// The files and folders that git obeys besides those in the repository: the user's and the system's settings, files that
/// settings include, lists of ignored files and of attributes, a folder of hooks, programs in the git folder that a setting names. They decide what git sees in every worktree:
/// a name that one worker adds to a list of ignored files is missing in what another one has made.
/// </summary>
internal sealed class SettingsFiles(GitRepository repository)
{
    private const long LargestSettings = 1024 * 1024;
    private const int LongestCommand = 2048;
    private static readonly string[] Naming = ["include", "hookspath", "excludesfile", "attributesfile"];
    private static readonly char[] BetweenWords = [' ', '\t', '"', '\'', '=', ';', '!', '|', '&', '(', ')', '<', '>'];
    private Task<IReadOnlyList<string>>? _files;

    /// <summary>Every such file and folder, absolute, whether it exists or not; as it was when this was asked first.</summary>
    /// <exception cref="Contracts.FactoryException">git could not read the settings.</exception>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => _files ??= FindAsync(cancellationToken);

    private async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken)
    {
        var files = GitSettingsPlaces.Usual().ToList();
        string[] own = [Path.Combine(repository.CommonDirectory, "config"), Path.Combine(repository.GitDirectory, "config.worktree")];
        // Few settings name another file, and asking git costs a process.
        if (files.Concat(own).Any(NamesAnother)) files.AddRange(await AskAsync(cancellationToken).ConfigureAwait(false));
        return [.. files.Except(own, StringComparer.Ordinal).Distinct(StringComparer.Ordinal)];
    }

    private bool NamesAnother(string file)
    {
        try
        {
            if (!File.Exists(file)) return false;
            if (!RegularFile.Is(file) || new FileInfo(file).Length > LargestSettings) return true;
            var text = File.ReadAllText(file);
            return Naming.Concat(InGitFolder).Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    // "file:PATH" and "KEY\nVALUE" in turn.
    private async Task<IEnumerable<string>> AskAsync(CancellationToken cancellationToken)
    {
        var fields = (await repository.RequireAsync(new GitCall("config", "--list", "--show-origin", "-z"), cancellationToken).ConfigureAwait(false)).Fields;
        var files = new List<string>();
        for (var at = 0; at + 1 < fields.Count; at += 2)
        {
            var origin = fields[at].StartsWith("file:", StringComparison.Ordinal) ? Path.GetFullPath(fields[at][5..], repository.Root) : null;
            if (origin is not null) files.Add(origin);
            if (fields[at + 1].Split('\n', 2) is not [var key, { Length: > 0 } value]) continue;
            var isInclude = key == "include.path" || (key.StartsWith("includeif.", StringComparison.Ordinal) && key.EndsWith(".path", StringComparison.Ordinal));
            if (isInclude) files.Add(GitSettingsPlaces.Expand(value, Path.GetDirectoryName(origin) ?? repository.Root));
            else if (key is "core.hookspath" or "core.excludesfile" or "core.attributesfile") files.Add(GitSettingsPlaces.Expand(value, repository.Root));
            else files.AddRange(FilesInGitFolder(value));
        }

        return files;
    }

    // A monitor, a filter, a helper, an alias: git runs the command from the top of the checkout. Shells have many ways to quote a
    // name with spaces, so whatever stands between two places where a word may begin or end is tried.
    private IEnumerable<string> FilesInGitFolder(string value)
    {
        if (value.Length > LongestCommand || !InGitFolder.Any(part => value.Contains(part, StringComparison.OrdinalIgnoreCase))) return [];
        List<int> edges = [-1, .. Enumerable.Range(0, value.Length).Where(at => BetweenWords.Contains(value[at])), value.Length];
        return edges.SelectMany((from, at) => edges.Skip(at + 1).Select(to => value[(from + 1)..to]))
            .Where(word => InGitFolder.Any(part => word.Contains(part, StringComparison.OrdinalIgnoreCase)))
            .Select(word => GitSettingsPlaces.Expand(word, repository.Root))
            .Where(file => EscapeGround.IsBelow(file, repository.CommonDirectory) && File.Exists(file));
    }

    private string[] InGitFolder => [Path.GetFileName(repository.CommonDirectory) + "/", Path.GetFileName(repository.CommonDirectory) + "\\"];
}
