using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>The rules of single values: each says why a text is refused, or null when it is accepted.</summary>
internal static class ConfigRules
{
    public const int LongestTimeoutSeconds = 604_800;
    public const int MostParallel = 1024;

    /// <summary>git refuses to apply a patch of 1023 MiB or more.</summary>
    public const int LargestPatchBytes = (1023 * 1024 * 1024) - 1;

    public static string? Kind(string text) =>
        RunId.IsKind(text) ? null : $"'{text}' is not a kind: a lower-case letter, then at most 39 lower-case letters, digits, '_' or '-'";

    public static string? Revision(string text)
    {
        if (text.Length == 0) return "the revision is empty";
        if (text[0] == '-') return $"'{text}' begins with '-', which git would take for an option";
        return text.Any(char.IsControl) ? "the revision has a control character" : null;
    }

    /// <summary>The rules of <c>git check-ref-format</c> for what stands before <c>/&lt;run&gt;/&lt;worker&gt;</c>.</summary>
    public static string? BranchPrefix(string text)
    {
        if (text.Length == 0) return "the branch prefix is empty";
        if (text[0] == '-') return $"'{text}' begins with '-', which git would take for an option";
        if (text.Contains("..", StringComparison.Ordinal)) return $"'{text}' has '..', which no ref may have";
        if (text.Contains("@{", StringComparison.Ordinal)) return $"'{text}' has '@{{', which no ref may have";
        foreach (var c in text)
            if (c <= ' ' || c == '\u007f' || "~^:?*[\\".Contains(c, StringComparison.Ordinal)) return $"'{text}' has the character '{c}', which no ref may have";
        return text.Split('/').Select(component => Component(text, component)).FirstOrDefault(reason => reason is not null);
    }

    /// <summary>A folder: relative to the repository without leaving it, or absolute.</summary>
    public static string? Folder(string text)
    {
        if (text.Length == 0) return "the folder is empty";
        if (text.Contains('\0')) return "the folder has a NUL character";
        if (Path.IsPathFullyQualified(text)) return null;
        return RelativePath.TryParse(text, out _, out var reason) ? null : $"'{text}' is refused: {reason}; give a folder inside the repository, or an absolute one";
    }

    /// <summary>A file: relative to the repository without leaving it, or absolute.</summary>
    public static string? File(string text)
    {
        if (text.Length == 0) return "the file name is empty";
        if (text.Contains('\0')) return "the file name has a NUL character";
        if (Path.IsPathFullyQualified(text)) return null;
        return RelativePath.TryParse(text, out _, out var reason) ? null : $"'{text}' is refused: {reason}";
    }

    /// <summary>A finding's name in reports: 16 lower-case hex digits.</summary>
    public static string? Fingerprint(string text) =>
        text.Length == 16 && text.All(c => char.IsAsciiHexDigitLower(c) || char.IsAsciiDigit(c)) ? null : $"'{text}' is not a fingerprint: 16 lower-case hex digits, as a report shows them";

    public static string? PathInside(string text) => RelativePath.TryParse(text, out _, out var reason) ? null : $"'{text}' is refused: {reason}";

    public static string? OneOf(string text, params IReadOnlyList<string> known) =>
        known.Contains(text, StringComparer.Ordinal) ? null : $"expected {string.Join(" or ", known.Select(name => $"\"{name}\""))}, found \"{text}\"";

    private static string? Component(string text, string component)
    {
        if (component.Length == 0) return $"'{text}' begins or ends with '/', or has '//'";
        if (component == "@") return $"'{text}' has the component '@', which git takes for HEAD";
        if (component[0] == '.') return $"'{text}' has a component that begins with '.'";
        if (component[^1] == '.') return $"'{text}' has a component that ends with '.'";
        return component.EndsWith(".lock", StringComparison.OrdinalIgnoreCase) ? $"'{text}' has a component that ends with '.lock'" : null;
    }
}
