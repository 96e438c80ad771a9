using Factory.Core.Contracts;

namespace Factory.Core.Tests.Guards;

/// <summary>
/// The table of attack paths: each with the rule that must refuse it. docs/SECURITY.md cites the counts, which
/// <c>AttackPathTests</c> prints and holds to their lower bounds.
/// </summary>
public static class AttackPaths
{
    private static readonly string[] Places = ["{0}", "src/{0}", "{0}/config", "a/{0}/b.txt"];

    private static IEnumerable<(string Path, PathRule Rule)> Build()
    {
        foreach (var (rule, roots) in Roots)
            foreach (var root in roots) yield return (root, rule);
        foreach (var (rule, names) in Names)
            foreach (var name in names)
                foreach (var place in Places) yield return (string.Format(System.Globalization.CultureInfo.InvariantCulture, place, name), rule);
        foreach (var device in Devices)
            foreach (var form in (string[])["{0}", "{1}", "{0}.txt", "src/{1}.tar.gz", "src/{0} .c", "{0}/x"])
                yield return (string.Format(System.Globalization.CultureInfo.InvariantCulture, form, device, device.ToLowerInvariant()), PathRule.DeviceName);
        for (var c = 0; c < 0xA0; c++)
            if (c is < 0x20 or >= 0x7F) yield return ($"src/a{(char)c}b", PathRule.ControlCharacter);
    }

    private static readonly string[] Devices =
    [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "COM1", "COM5", "COM9", "LPT1", "LPT4", "LPT9",
        "COM\u00B9", "COM\u00B2", "COM\u00B3", "LPT\u00B9", "LPT\u00B2", "LPT\u00B3",
    ];

    private static readonly (PathRule Rule, string[] Paths)[] Roots =
    [
        (PathRule.Empty, [""]),
        (PathRule.Absolute, ["/", "/etc/passwd", "/..", "/.git/config", "/a/b", "/ ", "/C"]),
        (PathRule.Drive, ["C:", "c:/windows/system32", @"C:\windows", "C:file", "z:..", "C:/", "a:b/c", "C:.git/config", "C:con"]),
        (PathRule.Unc, ["//server/share/x", @"\\server\share\x", @"\\localhost\c$\x", "//127.0.0.1/c$", @"\/server/share", @"/\server/share", "//", "///etc/passwd", @"\\wsl$\x"]),
        (PathRule.DevicePath, [@"\\?\C:\x", @"\\.\PhysicalDrive0", @"\\?\UNC\server\share", @"\??\C:\x", "//?/C:/x", "//./pipe/x", @"\\.\COM1", @"\\?\GLOBALROOT\Device", "//?/", "//./"]),
        (PathRule.Backslash, [@"a\b", @"..\x", @"a\..\..\x", @"src\..\.git\config", @"\x", @"src/a\b", @".git\hooks", @"\", @"a\", @"%5c\x"]),
        (PathRule.EmptySegment, ["a//b", "a/", "src//../x", "a///", "src/", "a/b//"]),
        (PathRule.NotUnicode, ["a\uD800b", "\uDC00", "src/\uDFFF.txt", "\uDCC0\uDCAE\uDCC0\uDCAE/x", "a\uDBFF", "\uDC2E\uD800"]),
        (PathRule.TooLong, [new string('a', 256), "src/" + new string('b', 300), new string('\u65E5', 86), "x/" + new string('\u00E9', 128), new string('\u0301', 200), string.Join('/', Enumerable.Repeat("abcdefg", 520)), string.Join('/', Enumerable.Repeat("\u65E5\u672C", 700)), string.Concat(Enumerable.Repeat("\U0001F600", 64))]),
    ];

    private static readonly (PathRule Rule, string[] Names)[] Names =
    [
        (PathRule.DotSegment, ["..", "."]),
        (PathRule.TrailingDotOrSpace, ["...", "....", ".. ", ". .", ".. .", "x.", "x ", "x. .", "name...", "con_ ", ".gitignore.", ".env ", "a.txt. "]),
        (PathRule.DisguisedDots,
        [
            "\uFF0E\uFF0E", "\u2024\u2024", "\u2025", "\u2026", "\uFE52\uFE52", ".\uFF0E", "\uFF0E", "..\u200B", "\u200B..", ".\u200D.", "\u2060..", "..\uFEFF", ".\u00AD.", "..\uFE0F",
            "..\uFF0Fx", "..\uFF3Cx", "a\uFF0F..\uFF0Fb", "\uFF0E\uFF0E\uFF0Fetc", ".\u2024\uFF3Cwindows", "x\uFF0F.git\uFF0Fconfig", ".\U000E0041.", "..\u00A0", "\u3000..",
        ]),
        (PathRule.EncodedDots,
        [
            "%2e%2e", "%2E%2E", ".%2e", "%2e", "%252e%252e", "%25252e%25252e", "..%2f..%2fx", "..%5c..%5cx", "%2e%2e%2fetc", "%2e%2e%5cwindows", "a%2f..%2fb", "a%00", "%00", "x%00.txt",
            "%c0%ae%c0%ae", ".%c0%ae", "..%c0%afetc", "..%c1%9cwindows", "%e0%80%ae%e0%80%ae", "%f0%80%80%ae%f0%80%80%ae", "%u002e%u002e", "..%2f%u002e%u002e", "%2egit", "%2Egit%2Fconfig", ".%67it", "%2eGIT", "x%2f.git", ".gi%74",
        ]),
        (PathRule.GitFolder,
        [
            ".git", ".GIT", ".Git", ".gIt", ".git.", ".git ", ".git..", ".git. .", ".git  ",
            "git~1", "GIT~1", "Git~2", "git~3", "git~4", "git~9", "git~10", "GIT~123", "git~1.", "git~1 ", "gi7e3a~1", "GI0F1B~2",
            ".g\u200Cit", ".\u200Dgit", ".gi\u200Et", ".git\u200F", ".git\u200B", ".g\u206Ait", ".gi\u206Ft", "\uFEFF.git", ".git\uFEFF", ".g\u00ADit", ".gi\u034Ft", ".git\uFE0F", ".g\u2060it", ".g\u180Eit", ".\U000E0067git",
            ".g\u0131t", ".g\u0130t", ".G\u0130T", ".gi\uFF54", ".\uFF47\uFF49\uFF54", "\uFF0Egit", "\u2024git", "\uFE52git", ".\u24D6\u24D8\u24E3", ".\U0001D420\U0001D422\U0001D42D", ".g\u2170t", ".git\u3000", "\uFF47\uFF49\uFF54~1", "git\uFF5E1", "g\u200Bit~1",
        ]),
        (PathRule.Stream, [".git::$INDEX_ALLOCATION", ".git:$I30:$INDEX_ALLOCATION", ".git:", "file.txt:stream", "file.txt::$DATA", "..:", "xx:y:z", ".gitmodules:x", "GIT~1::$INDEX_ALLOCATION", "aux:", "readme.md:Zone.Identifier"]),
        (PathRule.WindowsCharacter, ["a<b", "a>b", "a\"b", "a|b", "a?b", "a*b", "what?", "**", "\"quoted\"", ".g?t", "a\uF03Ab", "a\uF05Cb", ".git\uF02E", "..\uF020", "\uF02E\uF02E", "a\uF02Ab"]),
        (PathRule.HiddenText, ["a\u202Egpj.exe", "\u202D.git", ".g\u202Ait", ".gi\u202Ct", "a\u2066b\u2069", "x\u2028y", "x\u2029y", "readme\u2067dm.", "\u202B..", "..\u202E"]),
    ];

    /// <summary>Every attack path with its rule; no path twice. Last, because it is made from the lists above.</summary>
    public static IReadOnlyList<(string Path, PathRule Rule)> All { get; } = [.. Build().DistinctBy(attack => attack.Path, StringComparer.Ordinal)];
}
