using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Factory.Core.Attestation;

/// <summary>
/// Names that are no text. Linux lets a name have any bytes; what .NET makes of bytes that are no UTF-8 names nothing. Other
/// systems have no such names.
/// </summary>
internal static unsafe partial class RawNames
{
    private const int NameOffset = 19;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The names in a folder that are not UTF-8; none where the system has no such names, or when the folder cannot be opened.</summary>
    public static IReadOnlyList<byte[]> NoText(string folder)
    {
        // struct dirent has this layout on every 64-bit Linux.
        var names = new List<byte[]>();
        if (!OperatingSystem.IsLinux() || nint.Size != 8) return names;
        var open = OpenDir(folder);
        if (open == 0) return names;
        try
        {
            for (nint entry; (entry = ReadDir(open)) != 0;)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)entry + NameOffset);
                if (!System.Text.Unicode.Utf8.IsValid(name)) names.Add(name.ToArray());
            }
        }
        finally
        {
            _ = CloseDir(open);
        }

        return names;
    }

    /// <summary>A name to be read by people; what is no UTF-8 is spelled <c>\xff</c>.</summary>
    public static string Spell(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder();
        while (!name.IsEmpty)
        {
            var isRune = Rune.DecodeFromUtf8(name, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (isRune) text.Append(Strict.GetString(name[..length]));
            else foreach (var one in name[..length]) text.Append(CultureInfo.InvariantCulture, $"\\x{one:x2}");
            name = name[length..];
        }

        return text.ToString();
    }

    [LibraryImport("libc", EntryPoint = "opendir", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint OpenDir(string path);

    [LibraryImport("libc", EntryPoint = "readdir")]
    private static partial nint ReadDir(nint folder);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseDir(nint folder);
}
