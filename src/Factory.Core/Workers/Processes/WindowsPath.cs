namespace Factory.Core.Workers.Processes;

/// <summary>The few rules of Windows paths that finding a program takes, independent of the system that runs them.</summary>
internal static class WindowsPath
{
    private static readonly char[] Separators = ['\\', '/'];

    internal static bool IsAbsolute(string path) =>
        (path.Length >= 3 && char.IsAsciiLetter(path[0]) && path[1] == ':' && IsSeparator(path[2])) ||
        (path.Length >= 3 && IsSeparator(path[0]) && IsSeparator(path[1]));

    internal static string Join(string folder, string name) => folder.TrimEnd(Separators) + "\\" + name;

    internal static string Folder(string path) => path[..path.LastIndexOfAny(Separators)];

    /// <summary>A path as seen from a folder, without <c>.</c> and <c>..</c>.</summary>
    internal static string Resolve(string path, string folder)
    {
        if (IsAbsolute(path)) return Collapse(path);
        // "\tools\x" is relative to the drive, which the folder names; "C:x" means the current folder of a drive, which nobody controls.
        return Collapse(IsSeparator(path[0]) && folder.Length >= 2 && folder[1] == ':' ? folder[..2] + path : Join(folder, path));
    }

    /// <summary>The entries of PATH; quotes protect a semicolon and are not part of the entry.</summary>
    internal static IEnumerable<string> SplitSearchPath(string searchPath)
    {
        var isQuoted = false;
        var entry = new System.Text.StringBuilder();
        foreach (var c in searchPath)
        {
            if (c == '"') isQuoted = !isQuoted;
            else if (c != ';' || isQuoted) entry.Append(c);
            else
            {
                yield return entry.ToString().Trim();
                entry.Clear();
            }
        }

        yield return entry.ToString().Trim();
    }

    private static string Collapse(string path)
    {
        var rootLength = IsSeparator(path[0]) ? 2 : 3;
        var kept = new List<string>();
        foreach (var part in path[rootLength..].Split(Separators, StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") kept.Add(part);
            else if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
        }

        return path[..rootLength].Replace('/', '\\') + string.Join('\\', kept);
    }

    private static bool IsSeparator(char c) => c is '\\' or '/';
}
