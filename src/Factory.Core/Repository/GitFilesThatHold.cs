using System.IO.Enumeration;

namespace Factory.Core.Repository;

/// <summary>Finds pipes, sockets and devices in the places of files that git reads whatever it is asked: it waits for them for ever.</summary>
internal static class GitFilesThatHold
{
    private static readonly string[] Common = ["config", "packed-refs", "shallow", "info/exclude", "info/attributes", "info/grafts", "objects/info/alternates"];
    private static readonly string[] Own = ["HEAD", "index", "config.worktree", "info/sparse-checkout"];

    /// <summary>One of them, absolute, or null. On Linux only: elsewhere a pipe cannot be told from a file.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="folders">Where git works and what it reads attributes from.</param>
    public static string? Find(GitRepository repository, IEnumerable<string> folders)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var named = Common.Select(name => Path.Combine(repository.CommonDirectory, name)).Concat(Own.Select(name => Path.Combine(repository.GitDirectory, name)));
        return named.FirstOrDefault(file => Holds(Resolve(file))) ?? folders.Distinct(StringComparer.Ordinal).Where(Directory.Exists).SelectMany(InCheckout).FirstOrDefault(Holds);
    }

    // git follows no link to such a file in a checkout.
    private static FileSystemEnumerable<string> InCheckout(string root) => new(
        root,
        (ref entry) => entry.ToFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = true })
    {
        ShouldIncludePredicate = (ref entry) => entry.FileName is ".gitignore" or ".gitattributes" or ".gitmodules",
        ShouldRecursePredicate = (ref entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0 && entry.FileName is not ".git",
    };

    private static string Resolve(string file)
    {
        try
        {
            return File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Links that lead to each other lead to no pipe.
            return file;
        }
    }

    private static bool Holds(string file) => FileStamp.Of(file) is { Mode: var mode } && (mode & FileStamp.TypeMask) is not (FileStamp.RegularFile or FileStamp.Folder or FileStamp.Link);
}
