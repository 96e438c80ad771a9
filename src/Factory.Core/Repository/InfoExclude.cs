using System.Text;

namespace Factory.Core.Repository;

/// <summary>Keeps folders out of <c>git status</c> through <c>.git/info/exclude</c>, which is nobody's tracked file.</summary>
public static class InfoExclude
{
    /// <summary>Adds the folders that lie in the checkout and are not listed yet; existing lines are never changed.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="folders">Folders, absolute.</param>
    public static void Add(GitRepository repository, IEnumerable<string> folders)
    {
        var file = Path.Combine(repository.CommonDirectory, "info", "exclude");
        var text = File.Exists(file) ? File.ReadAllText(file) : "";
        var known = text.Split('\n').Select(line => line.TrimEnd('\r')).ToHashSet(StringComparer.Ordinal);
        var missing = folders.Select(folder => Pattern(repository.Root, folder)).OfType<string>().Where(known.Add).ToList();
        if (missing.Count == 0) return;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var addition = (text.Length == 0 || text.EndsWith('\n') ? "" : "\n") + string.Concat(missing.Select(line => line + "\n"));
        // One small append: two runs that start together at worst add the same line twice, which git does not mind.
        using var stream = new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        stream.Write(Encoding.UTF8.GetBytes(addition));
    }

    private static string? Pattern(string root, string folder)
    {
        var relative = Path.GetRelativePath(root, folder);
        if (relative is "." || relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative)) return null;
        return "/" + string.Concat(relative.Replace('\\', '/').Select(c => c is '*' or '?' or '[' or '\\' ? "\\" + c : c.ToString())) + "/";
    }
}
