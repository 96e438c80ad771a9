namespace Factory.Core.Guards.Artifacts;

/// <summary>What a file begins with.</summary>
/// <param name="Bytes">Its first <see cref="MagicLength"/> bytes, or all of them.</param>
/// <param name="IsBinary">Whether a NUL is among its first <see cref="BinaryLength"/> bytes, which is how git tells binary files.</param>
public readonly record struct FileHead(byte[] Bytes, bool IsBinary)
{
    /// <summary>How many bytes tell what a file is.</summary>
    public const int MagicLength = 64;

    /// <summary>How many bytes tell whether it is binary.</summary>
    public const int BinaryLength = 8000;
}

/// <summary>
/// Recognises programs for a machine by their first bytes: whatever runs, or is linked or loaded to run, without anybody
/// being able to read it. Scripts are text and are reviewed like other text. Archives and installers that are named as
/// packages of programs count; what is inside other archives is not looked into.
/// </summary>
public static class ArtifactKind
{
    private const string ExecutableMode = "100755";

    private static readonly (byte[] Magic, string Words)[] Magics =
    [
        ([0x7F, .. "ELF"u8], "an ELF program or library"),
        ([0xFE, 0xED, 0xFA, 0xCE], "a Mach-O program or library"),
        ([0xFE, 0xED, 0xFA, 0xCF], "a Mach-O program or library"),
        ([0xCE, 0xFA, 0xED, 0xFE], "a Mach-O program or library"),
        ([0xCF, 0xFA, 0xED, 0xFE], "a Mach-O program or library"),
        ([.. "dex\n"u8], "Android byte code"),
        ([0x00, .. "asm"u8], "a WebAssembly module"),
        ([.. "BC"u8, 0xC0, 0xDE], "LLVM bit code"),
        ([0x1B, .. "Lua"u8], "Lua byte code"),
        ([.. "!<arch>\n"u8], "an archive of object files or a Debian package"),
        ([0xED, 0xAB, 0xEE, 0xDB], "an RPM package"),
        ([.. "MSCF"u8, 0, 0, 0, 0], "a Windows cabinet"),
    ];

    private static readonly string[] ZipPackages =
        [".jar", ".war", ".ear", ".aar", ".apk", ".aab", ".ipa", ".xpi", ".crx", ".vsix", ".nupkg", ".appx", ".msix", ".appxbundle", ".msixbundle", ".whl", ".egg", ".xap"];

    /// <summary>What a file is, in words, when it is a program; else null.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="mode">Its mode, six octal digits.</param>
    /// <param name="file">What it begins with.</param>
    public static string? Explain(string path, string mode, FileHead file)
    {
        ReadOnlySpan<byte> head = file.Bytes;
        foreach (var (magic, words) in Magics)
            if (head.StartsWith(magic)) return words;
        var extension = Path.GetExtension(path);
        if (head.StartsWith("MZ"u8) && file.IsBinary) return "a Windows or DOS program or library";
        if (head.Length >= 8 && head.StartsWith((ReadOnlySpan<byte>)[0xCA, 0xFE, 0xBA, 0xBE])) return head[4] == 0 && head[5] == 0 && head[6] == 0 && head[7] < 30 ? "a universal Mach-O program or library" : "a Java class";
        if (head.StartsWith("PK\u0003\u0004"u8) && IsPackage(extension, head)) return "a package of programs";
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) && Is(extension, ".msi", ".msp", ".mst", ".msm")) return "a Windows installer";
        if (Is(extension, ".pyc", ".pyo") && head.Length > 4 && head[2] == '\r' && head[3] == '\n') return "Python byte code";
        return mode == ExecutableMode && file.IsBinary ? "a binary file with the executable bit" : null;
    }

    // The first entry of a Java archive is its manifest; others are told by their names only.
    private static bool IsPackage(string extension, ReadOnlySpan<byte> head) =>
        Is(extension, ZipPackages) || (head.Length > 38 && head[30..].StartsWith("META-INF"u8)) || (head.Length > 40 && head[30..].StartsWith("classes.dex"u8));

    private static bool Is(string extension, params ReadOnlySpan<string> known)
    {
        foreach (var one in known)
            if (extension.Equals(one, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
