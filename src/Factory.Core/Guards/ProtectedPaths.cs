using Factory.Core.Configuration;
using Factory.Core.Contracts;

namespace Factory.Core.Guards;

/// <summary>
/// The paths that no worker may touch: git's own folder, files of secrets, CI definitions, Factory's configuration, and the
/// folders of runs and worktrees. Case never counts, because it does not on Windows and macOS; nor do 8.3 short names and
/// whatever else some file system overlooks when it compares names.
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
        var names = Names(path);
        if (IsAt(names, _configFile) || IsAt(names, ConfigLoader.FileName)) return "Factory's own configuration";
        if (Array.Find(_ownFolders, folder => IsIn(names, folder)) is { } own) return $"Factory's own folder {own}/";
        if (Array.Exists(names, PathRules.IsGitFolder)) return ".git";
        return allowedGlobs?.Contains(path, StringComparer.Ordinal) == true && !IsDisguised(path) ? null : ExplainLiftable(names);
    }

    /// <summary>Whether a path is a folder above protected paths, so that a link in its place would lead them elsewhere.</summary>
    public bool HasProtectedBelow(string path)
    {
        var names = Names(path);
        return new[] { _configFile, ".github/workflows" }.Concat(_ownFolders).OfType<string>().Any(place =>
        {
            var parts = place.Split('/');
            return parts.Length > names.Length && Matches(names, parts.AsSpan(0, names.Length));
        });
    }

    /// <summary>Whether a path is protected by a rule that an exact allow-list entry lifts, and can be written as one.</summary>
    public bool CanBeAllowed(string path) => Explain(path, null) is not null && Explain(path, [path]) is null && GlobSyntax.Explain(path) is null;

    private static string? ExplainLiftable(string[] names)
    {
        if (Array.Exists(names, IsEnvironment)) return ".env*";
        if (IsIn(names, ".github/workflows")) return ".github/workflows/**";
        return IsAzurePipeline(names[^1]) ? "azure-pipelines*.yml" : null;
    }

    private static bool IsEnvironment(string name) =>
        name.StartsWith(".env", StringComparison.Ordinal) || (ShortName.TryParse(name, out var shortName) && shortName.MayStandForNameBeginningWith("env"));

    private static bool IsAzurePipeline(string name) =>
        (name.StartsWith("azure-pipelines", StringComparison.Ordinal) && (name.EndsWith(".yml", StringComparison.Ordinal) || name.EndsWith(".yaml", StringComparison.Ordinal)))
        || (ShortName.TryParse(name, out var shortName) && shortName.Extension is "yml" or "yam" && shortName.MayStandForNameBeginningWith("azure-pipelines"));

    // Spelled otherwise than by case: an exact entry names a path, and not what some file system makes of it.
    private static bool IsDisguised(string path) => Array.Exists(path.Split('/'), name => !string.Equals(NameFolding.Loosely(name), name, StringComparison.OrdinalIgnoreCase) || ShortName.TryParse(name, out _));

    private static string[] Names(string path) => [.. path.Split('/').Select(NameFolding.Loosely)];

    private static bool IsAt(string[] names, string? place) => place?.Split('/') is { } parts && parts.Length == names.Length && Matches(names, parts);

    private static bool IsIn(string[] names, string folder)
    {
        var parts = folder.Split('/');
        return names.Length >= parts.Length && Matches(names.AsSpan(0, parts.Length), parts);
    }

    private static bool Matches(ReadOnlySpan<string> names, ReadOnlySpan<string> parts)
    {
        for (var i = 0; i < parts.Length; i++)
            if (names[i] != NameFolding.Loosely(parts[i]) && !(ShortName.TryParse(names[i], out var shortName) && shortName.MayStandFor(parts[i]))) return false;
        return true;
    }

    private static string? Inside(string root, string path)
    {
        var relative = Path.GetRelativePath(root, Path.GetFullPath(path, root)).Replace(Path.DirectorySeparatorChar, '/');
        return relative is "." or ".." || relative.StartsWith("../", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? null : relative;
    }
}
