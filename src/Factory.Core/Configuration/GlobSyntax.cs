namespace Factory.Core.Configuration;

/// <summary>
/// The one glob syntax of Factory: literal segments, <c>*</c> inside a segment, <c>**</c> for any number of segments, and a
/// trailing <c>/</c> for everything below (Microsoft.Extensions.FileSystemGlobbing). What that library would take
/// literally, or not as people mean it, is refused.
/// </summary>
public static class GlobSyntax
{
    /// <summary>Why a glob is refused, or null when it is not.</summary>
    public static string? Explain(string glob)
    {
        if (glob.Length == 0) return "the glob is empty";
        if (glob[0] == '!') return "a leading '!' does not negate here; put the pattern into the deny-list instead";
        if (glob[0] == '/') return "a glob is relative to the repository's root and does not begin with '/'";
        foreach (var c in glob)
            if (ExplainCharacter(c) is { } reason) return reason;
        var segments = glob.TrimEnd('/').Split('/');
        return segments.Select(ExplainSegment).FirstOrDefault(reason => reason is not null);
    }

    /// <summary>Whether a glob names exactly one path.</summary>
    public static bool IsLiteral(string glob) => !glob.Contains('*', StringComparison.Ordinal) && !glob.EndsWith('/');

    /// <summary>The narrowest glob that names a path; characters that a glob may not hold become <c>*</c>.</summary>
    public static string Naming(string path) => string.Concat(path.Select(c => ExplainCharacter(c) is null ? c : '*'));

    private static string? ExplainCharacter(char c) => c switch
    {
        '\\' => "a backslash is neither a separator nor an escape here; separate with '/'",
        '?' => "'?' would be taken literally; use '*'",
        '[' or ']' => "'[..]' would be taken literally; use '*' in its place",
        '{' or '}' => "'{a,b}' would be taken literally; write one glob for each alternative",
        < ' ' or '\u007f' => "the glob has a control character",
        _ => null,
    };

    private static string? ExplainSegment(string segment)
    {
        if (segment.Length == 0) return "the glob has an empty segment";
        if (segment is "." or "..") return $"the glob has a '{segment}' segment; name paths from the repository's root";
        // "**.ext" is the library's own short form of "**/*.ext"; any other glued "**" silently means "*".
        var glued = segment.StartsWith("**.", StringComparison.Ordinal) ? segment[2..] : segment == "**" ? "" : segment;
        return glued.Contains("**", StringComparison.Ordinal) ? $"'**' must stand alone between slashes, not as in '{segment}'" : null;
    }
}
