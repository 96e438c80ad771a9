using Factory.Core.Configuration;

namespace Factory.Core.Guards;

/// <summary>
/// The paths that no worker may touch: git's own folder, files of secrets, CI definitions, Factory's configuration, and the
/// folders of runs and worktrees. Case never counts, because it does not on Windows and macOS.
/// </summary>
public sealed class ProtectedPaths
{
    private readonly string? _configFile;
    private readonly string[] _ownFolders;

    /// <summary>Creates the rules.</summary>
    /// <param name="configFile">The configuration file, relative to the repository; null when it lies outside.</param>
    /// <param name="ownFolders">The runs and worktrees folders that lie inside the repository, relative to it.</param>
    public ProtectedPaths(string? configFile, IEnumerable<string> ownFolders)
    {
        _configFile = configFile;
        _ownFolders = [.. ownFolders.Select(folder => folder.TrimEnd('/'))];
    }

    /// <summary>The rules as globs, for documents.</summary>
    public IReadOnlyList<string> Globs =>
    [
        "**/.git/**", "**/.env*", ".github/workflows/**", "**/azure-pipelines*.yml", "**/azure-pipelines*.yaml",
        .. _configFile is null ? Array.Empty<string>() : [_configFile],
        .. _ownFolders.Select(folder => folder + "/**"),
    ];

    /// <summary>The rules for a configuration in a repository.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="repositoryRoot">The repository's root, absolute.</param>
    public static ProtectedPaths From(FactoryConfig config, string repositoryRoot)
    {
        var folders = new[] { config.Paths.RunsDir, config.Paths.WorktreesDir }.Select(folder => Inside(repositoryRoot, folder)).OfType<string>();
        return new(Inside(repositoryRoot, config.Source ?? ConfigLoader.FileName), folders);
    }

    /// <summary>The rule that protects a path, in words, or null.</summary>
    /// <param name="path">A relative path with <c>/</c> separators.</param>
    /// <param name="allowedGlobs">
    /// The worker's allow-list: an entry that is exactly this path, without wildcards, lifts the protection of
    /// <c>.env*</c> and of CI definitions, and of nothing else.
    /// </param>
    public string? Explain(string path, IReadOnlyList<string>? allowedGlobs)
    {
        if (Is(path, _configFile) || Is(path, ConfigLoader.FileName)) return "Factory's own configuration";
        if (Array.Find(_ownFolders, folder => Is(path, folder) || path.StartsWith(folder + "/", StringComparison.OrdinalIgnoreCase)) is { } own)
            return $"Factory's own folder {own}/";
        var segments = path.Split('/');
        if (Array.Exists(segments, segment => Is(segment, ".git"))) return ".git";
        return allowedGlobs?.Contains(path, StringComparer.Ordinal) == true ? null : ExplainLiftable(path, segments);
    }

    /// <summary>Whether the path is protected by a rule that an exact allow-list entry lifts, and can be written as one.</summary>
    public bool CanBeAllowed(string path) => Explain(path, null) is not null && Explain(path, [path]) is null && GlobSyntax.Explain(path) is null;

    private static string? ExplainLiftable(string path, string[] segments)
    {
        if (Array.Exists(segments, segment => segment.StartsWith(".env", StringComparison.OrdinalIgnoreCase))) return ".env*";
        if (Is(path, ".github/workflows") || path.StartsWith(".github/workflows/", StringComparison.OrdinalIgnoreCase)) return ".github/workflows/**";
        return IsAzurePipeline(segments[^1]) ? "azure-pipelines*.yml" : null;
    }

    private static bool IsAzurePipeline(string name) =>
        name.StartsWith("azure-pipelines", StringComparison.OrdinalIgnoreCase)
        && (name.EndsWith(".yml", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase));

    private static bool Is(string text, string? name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string? Inside(string root, string path)
    {
        var relative = Path.GetRelativePath(root, Path.GetFullPath(path, root)).Replace(Path.DirectorySeparatorChar, '/');
        return relative is "." or ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? null : relative;
    }
}
