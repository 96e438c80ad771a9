using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

/// <summary>
/// The files and folders that git obeys besides those in the repository: the user's and the system's settings, files that
/// settings include, lists of ignored files and of attributes, a folder of hooks. They decide what git sees in every worktree:
/// a name that one worker adds to a list of ignored files is missing in what another one has made.
/// </summary>
internal sealed class SettingsFiles(GitRepository repository)
{
    private const long LargestSettings = 1024 * 1024;
    private static readonly string[] Naming = ["include", "hookspath", "excludesfile", "attributesfile"];
    private Task<IReadOnlyList<string>>? _files;

    /// <summary>Every such file and folder, absolute, whether it exists or not; as it was when this was asked first.</summary>
    /// <exception cref="Contracts.FactoryException">git could not read the settings.</exception>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => _files ??= FindAsync(cancellationToken);

    private async Task<IReadOnlyList<string>> FindAsync(CancellationToken cancellationToken)
    {
        var files = UsualPlaces().ToList();
        string[] own = [Path.Combine(repository.CommonDirectory, "config"), Path.Combine(repository.GitDirectory, "config.worktree")];
        // Few settings name another file, and asking git costs a process.
        if (files.Concat(own).Any(NamesAnother)) files.AddRange(await AskAsync(cancellationToken).ConfigureAwait(false));
        return [.. files.Except(own, StringComparer.Ordinal).Distinct(StringComparer.Ordinal)];
    }

    // gitconfig(1), gitignore(5), gitattributes(5).
    private static IEnumerable<string> UsualPlaces()
    {
        var home = Home;
        if ((Variable("XDG_CONFIG_HOME") ?? (home is null ? null : Path.Combine(home, ".config"))) is { } shared)
            foreach (var name in (string[])["config", "ignore", "attributes"]) yield return Path.Combine(shared, "git", name);
        if (Variable("GIT_CONFIG_GLOBAL") is { } global) yield return Path.GetFullPath(global);
        else if (home is not null) yield return Path.Combine(home, ".gitconfig");
        if (Variable("GIT_CONFIG_SYSTEM") is { } system) yield return Path.GetFullPath(system);
        else if (!OperatingSystem.IsWindows()) yield return "/etc/gitconfig";
    }

    private static string? Home => Variable("HOME") ?? Variable("USERPROFILE");

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static bool NamesAnother(string file)
    {
        try
        {
            if (!File.Exists(file)) return false;
            if (!RegularFile.Is(file) || new FileInfo(file).Length > LargestSettings) return true;
            var text = File.ReadAllText(file);
            return Naming.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
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
            if (isInclude) files.Add(Expand(value, Path.GetDirectoryName(origin) ?? repository.Root));
            else if (key is "core.hookspath" or "core.excludesfile" or "core.attributesfile") files.Add(Expand(value, repository.Root));
        }

        return files;
    }

    private static string Expand(string path, string folder) =>
        path.StartsWith("~/", StringComparison.Ordinal) && Home is { } home ? Path.Combine(home, path[2..]) : Path.GetFullPath(path, folder);
}
