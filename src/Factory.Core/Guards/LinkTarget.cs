namespace Factory.Core.Guards;

/// <summary>Follows a symbolic link of a tree as far as the tree goes.</summary>
internal static class LinkTarget
{
    private const int MostLinks = 40;

    /// <summary>Where a link's text leads, taken as written.</summary>
    /// <param name="path">The link.</param>
    /// <param name="text">What it says.</param>
    /// <returns>The path in the repository (empty for its root), or why there is none.</returns>
    public static (string? Path, string? Problem) Read(string path, string text) => Walk(path, text, _ => null);

    /// <summary>Where a link leads when the tree's other links on the way are followed too.</summary>
    /// <param name="path">The link.</param>
    /// <param name="links">Every link of the tree with its text.</param>
    /// <param name="visited">Gets the links that were followed.</param>
    public static (string? Path, string? Problem) Follow(string path, IReadOnlyDictionary<string, string> links, ISet<string> visited) =>
        Walk(path, links[path], at =>
        {
            if (!links.TryGetValue(at, out var text)) return null;
            visited.Add(at);
            return text;
        });

    private static (string? Path, string? Problem) Walk(string path, string text, Func<string, string?> next)
    {
        var (at, left, followed) = (Parent(path), new Stack<string>(), 0);
        if (Push(left, text) is { } refused) return (null, refused);
        while (left.TryPop(out var segment))
        {
            if (segment is "" or ".") continue;
            if (segment == "..")
            {
                if (at.Length == 0) return (null, "leads out of the repository");
                at = Parent(at);
                continue;
            }

            var here = at.Length == 0 ? segment : $"{at}/{segment}";
            if (next(here) is not { } further) at = here;
            else if (++followed > MostLinks) return (null, "leads in a circle");
            else if (Push(left, further) is { } problem) return (null, problem);
        }

        return (at, null);
    }

    // A backslash separates on Windows, and a link is followed there too.
    private static string? Push(Stack<string> left, string text)
    {
        if (text.Length == 0) return "is empty";
        if (text[0] is '/' or '\\') return "is absolute";
        if (text.Length > 1 && text[1] == ':' && char.IsAsciiLetter(text[0])) return "begins with a drive";
        foreach (var segment in text.Split('/', '\\').Reverse()) left.Push(segment);
        return null;
    }

    private static string Parent(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";
}
