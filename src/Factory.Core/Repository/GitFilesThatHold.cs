using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Factory.Core.Repository;

/// <summary>Finds pipes and devices in the places of files that git reads or writes: it waits for them for ever. Linux only: elsewhere a pipe cannot be told from a file.</summary>
internal static partial class GitFilesThatHold
{
    private const long LargestSettings = 1024 * 1024;

    // As git itself does with settings that include others.
    private const int DeepestInclude = 10;

    /// <summary>One of them, absolute, or null: anywhere below the repository's own folders, among settings, or among the lists in checkouts.</summary>
    /// <param name="gitFolders">The folders in which git keeps the repository.</param>
    /// <param name="checkouts">Where git works and what it reads attributes from.</param>
    /// <param name="variables">Variables that git is given besides those of this process.</param>
    public static string? Find(IReadOnlyList<string> gitFolders, IReadOnlyList<string> checkouts, IReadOnlyDictionary<string, string>? variables)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var settings = GitSettingsPlaces.Usual(variables).Concat(gitFolders.SelectMany(folder => (string[])[Path.Combine(folder, "config"), Path.Combine(folder, "config.worktree")]));
        return InSettings(settings, checkouts, variables) ?? InGitFolders(gitFolders) ?? checkouts.Distinct(StringComparer.Ordinal).Where(Directory.Exists).SelectMany(InCheckout).FirstOrDefault(PipeSearch.Is);
    }

    private static string? InGitFolders(IReadOnlyList<string> folders)
    {
        if (!LinuxFolder.IsAvailable) return null;
        var search = new PipeSearch();
        // Other repositories whose objects are used lie behind a list, not a link.
        return folders.Distinct(StringComparer.Ordinal).Select(search.Below).FirstOrDefault(found => found is not null);
    }

    private static string? InSettings(IEnumerable<string> files, IReadOnlyList<string> checkouts, IReadOnlyDictionary<string, string>? variables)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var left = files.ToList();
        for (var depth = 0; depth <= DeepestInclude && left.Count > 0; depth++)
        {
            var news = left.Where(seen.Add).ToList();
            if (news.FirstOrDefault(PipeSearch.Is) is { } pipe) return pipe;
            left = [.. news.SelectMany(file => NamedIn(file, checkouts, variables))];
        }

        return null;
    }

    // Whatever a file of settings names; asking git, which hangs, is no way.
    private static IEnumerable<string> NamedIn(string file, IReadOnlyList<string> checkouts, IReadOnlyDictionary<string, string>? variables)
    {
        foreach (Match match in Naming().Matches(Read(file)))
            foreach (var folder in checkouts.Prepend(Path.GetDirectoryName(file)!))
                yield return GitSettingsPlaces.Expand(match.Groups["path"].Value.Trim(), folder, variables);
    }

    private static string Read(string file)
    {
        try
        {
            return File.Exists(file) && new FileInfo(file).Length <= LargestSettings && !PipeSearch.Is(file) ? File.ReadAllText(file).Replace("\0", "", StringComparison.Ordinal) : "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    // git follows no link to such a file in a checkout.
    private static FileSystemEnumerable<string> InCheckout(string root) => new(
        root,
        (ref entry) => entry.ToFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true })
    {
        ShouldIncludePredicate = (ref entry) => entry.FileName is ".gitignore" or ".gitattributes" or ".gitmodules" && (entry.Attributes & FileAttributes.ReparsePoint) == 0,
        ShouldRecursePredicate = (ref entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0 && entry.FileName is not ".git",
    };

    [GeneratedRegex("(?:path|excludesfile|attributesfile)[ \\t]*=[ \\t]*\"?(?<path>[^\"\\r\\n]+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Naming();
}
