using System.Buffers;
using System.Text;

namespace Factory.Core.Contracts;

/// <summary>Finds the rule that a path breaks; see <see cref="PathRule"/>.</summary>
internal static class PathRules
{
    // Linux opens paths of up to 4,095 bytes and names of up to 255; NTFS and APFS hold 255 units, which is never more.
    private const int LongestPath = 4095, LongestSegment = 255;
    private static readonly SearchValues<char> NotOnWindows = SearchValues.Create("<>\"|?*");

    /// <summary>The first rule that a path breaks, and a sentence that says how; null when the path is accepted.</summary>
    public static (PathRule Rule, string Sentence)? Find(string text)
    {
        if (text.Length == 0) return (PathRule.Empty, "the path is empty");
        if (FindRoot(text) is { } root) return root;
        if (FindCharacter(text) is { } character) return character;
        if (!IsWellFormed(text)) return (PathRule.NotUnicode, "the path is not valid Unicode");
        if (Encoding.UTF8.GetByteCount(text) > LongestPath) return (PathRule.TooLong, $"the path is longer than {LongestPath} bytes");
        foreach (var range in text.AsSpan().Split('/'))
            if (FindSegment(text[range]) is { } broken) return broken;
        return null;
    }

    private static (PathRule, string)? FindRoot(string text)
    {
        if (text.Length >= 2 && char.IsAsciiLetter(text[0]) && text[1] == ':') return (PathRule.Drive, "the path begins with a drive, a letter and a colon");
        var start = text.Length > 4 ? text[..4] : text;
        start = start.Replace('/', '\\');
        if (start is @"\\?\" or @"\\.\" or @"\??\" or @"\\?" or @"\\.") return (PathRule.DevicePath, "the path begins in the device namespace of Windows");
        if (start.StartsWith(@"\\", StringComparison.Ordinal)) return (PathRule.Unc, "the path begins with the name of a server");
        return text[0] == '/' ? (PathRule.Absolute, "the path is absolute") : null;
    }

    private static (PathRule, string)? FindCharacter(string text)
    {
        foreach (var c in text)
        {
            if (c is < ' ' or (>= '\u007f' and <= '\u009f')) return (PathRule.ControlCharacter, "the path has a control character");
            if (c == '\\') return (PathRule.Backslash, "the path has a backslash, which is a separator on Windows");
            if (c == ':') return (PathRule.Stream, "the path has a colon: an alternate data stream on Windows");
            if (c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029')
                return (PathRule.HiddenText, "the path has a character that reorders or breaks the text a reader sees");
            if (c is > '\uf000' and <= '\uf07f') return (PathRule.WindowsCharacter, "the path has a private-use character, in which Windows subsystems store what Windows does not allow");
        }

        return null;
    }

    private static (PathRule, string)? FindSegment(string segment)
    {
        if (segment.Length == 0) return (PathRule.EmptySegment, "the path has an empty segment");
        if (Encoding.UTF8.GetByteCount(segment) > LongestSegment) return (PathRule.TooLong, $"a segment is longer than {LongestSegment} bytes");
        if (segment is "." or "..") return (PathRule.DotSegment, $"the path has a '{segment}' segment");
        var loose = NameFolding.Loosely(segment);
        if (IsGitFolder(loose)) return (PathRule.GitFolder, $"the segment '{segment}' is git's own folder in some spelling");
        if (!Ascii.IsValid(segment) && LeadsOut(loose)) return (PathRule.DisguisedDots, $"the segment '{segment}' looks like dots or separators that lead elsewhere");
        if (segment[^1] is '.' or ' ') return (PathRule.TrailingDotOrSpace, $"the segment '{segment}' ends with a dot or a space, which Windows drops");
        if (RelativePath.IsReservedDeviceName(segment)) return (PathRule.DeviceName, $"the segment '{segment}' is a device name on Windows");
        if (segment.AsSpan().ContainsAny(NotOnWindows)) return (PathRule.WindowsCharacter, $"the segment '{segment}' has a character that Windows does not allow");
        return EncodedName.LeadsOut(segment) ? (PathRule.EncodedDots, $"the segment '{segment}' leads elsewhere once its escapes are decoded") : null;
    }

    /// <summary>Whether a loosely folded name is git's own folder.</summary>
    internal static bool IsGitFolder(string loose) =>
        loose == ".git" || (ShortName.TryParse(loose, out var shortName) && shortName.MayStandFor(".git"));

    /// <summary>Whether a loosely folded segment is made of dots only, or holds separators with such a part or git's folder between them.</summary>
    internal static bool LeadsOut(string loose)
    {
        var parts = loose.Split('/', '\\');
        return Array.Exists(parts, part => IsGitFolder(part) || part is "." or "..") || loose.AsSpan().Trim(". ").IsEmpty
            || (parts.Length > 1 && Array.Exists(parts, part => part.AsSpan().Trim(". ").IsEmpty && part.Length > 0));
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
            i++;
        }

        return true;
    }
}
