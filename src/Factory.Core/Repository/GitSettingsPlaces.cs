namespace Factory.Core.Repository;

/// <summary>Where git looks for settings that are not the repository's own; gitconfig(1), gitignore(5), gitattributes(5).</summary>
internal static class GitSettingsPlaces
{
    /// <summary>The user's and the system's files, absolute, whether they exist or not.</summary>
    /// <param name="own">Variables that git is given besides those of this process.</param>
    public static IEnumerable<string> Usual(IReadOnlyDictionary<string, string>? own = null)
    {
        var home = Home(own);
        if ((Variable("XDG_CONFIG_HOME", own) ?? (home is null ? null : Path.Combine(home, ".config"))) is { } shared)
            foreach (var name in (string[])["config", "ignore", "attributes"]) yield return Path.Combine(shared, "git", name);
        if (Variable("GIT_CONFIG_GLOBAL", own) is { } global) yield return Path.GetFullPath(global);
        else if (home is not null) yield return Path.Combine(home, ".gitconfig");
        if (Variable("GIT_CONFIG_SYSTEM", own) is { } system) yield return Path.GetFullPath(system);
        else if (!OperatingSystem.IsWindows()) yield return "/etc/gitconfig";
    }

    /// <summary>A path as a setting spells it, absolute.</summary>
    /// <param name="path">The value.</param>
    /// <param name="folder">What a relative one begins at.</param>
    /// <param name="own">Variables that git is given besides those of this process.</param>
    public static string Expand(string path, string folder, IReadOnlyDictionary<string, string>? own = null) =>
        path.StartsWith("~/", StringComparison.Ordinal) && Home(own) is { } home ? Path.Combine(home, path[2..]) : Path.GetFullPath(path, folder);

    private static string? Home(IReadOnlyDictionary<string, string>? own) => Variable("HOME", own) ?? Variable("USERPROFILE", own);

    private static string? Variable(string name, IReadOnlyDictionary<string, string>? own) =>
        (own?.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(name)) is { Length: > 0 } value ? value : null;
}
