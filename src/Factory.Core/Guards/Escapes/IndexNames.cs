using System.Buffers.Binary;
using System.Text;

namespace Factory.Core.Guards.Escapes;

/// <summary>The names in an index, read without git; versions 2, 3 and 4 of <c>gitformat-index</c>.</summary>
internal static class IndexNames
{
    private const int Header = 12, ModeAt = 24, IdAt = 40, ExtensionHeader = 8;
    private const uint Signature = 0x44495243, SplitIndex = 0x6C696E6B, SparseFolders = 0x73646972;
    private const int Submodule = 0xE000, TypeMask = 0xF000;
    private const ushort IsExtended = 0x4000;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Every name; null when they are not all that git would look at (submodules, a split index, folders that stand for their
    /// files), when a name is no UTF-8, or when the file is not as git describes it.
    /// </summary>
    public static IReadOnlyList<string>? Read(ReadOnlySpan<byte> index) => Read(index, idSize: 20) ?? Read(index, idSize: 32);

    private static List<string>? Read(ReadOnlySpan<byte> index, int idSize)
    {
        if (index.Length < Header + idSize || BinaryPrimitives.ReadUInt32BigEndian(index) != Signature) return null;
        var version = BinaryPrimitives.ReadUInt32BigEndian(index[4..]);
        var count = BinaryPrimitives.ReadUInt32BigEndian(index[8..]);
        var body = index[..^idSize];
        if (version is not (2 or 3 or 4) || count > (uint)index.Length / (IdAt + idSize)) return null;
        var names = new List<string>((int)count);
        var at = Header;
        try
        {
            Span<byte> previous = new byte[body.Length];
            var length = 0;
            for (var i = 0; i < count; i++)
            {
                if ((BinaryPrimitives.ReadUInt32BigEndian(body[(at + ModeAt)..]) & TypeMask) == Submodule) return null;
                var start = at;
                at += IdAt + idSize;
                var isExtended = (BinaryPrimitives.ReadUInt16BigEndian(body[at..]) & IsExtended) != 0;
                at += isExtended ? 4 : 2;
                var kept = version == 4 ? length - ReadOffset(body, ref at) : 0;
                var rest = body[at..][..body[at..].IndexOf((byte)0)];
                rest.CopyTo(previous[kept..]);
                length = kept + rest.Length;
                names.Add(Strict.GetString(previous[..length]));
                // Before version 4 entries are filled up with one to eight zeros.
                at = version == 4 ? at + rest.Length + 1 : start + ((at + rest.Length - start + 8) & ~7);
            }

            return HasOnlyKnownExtensions(body[at..]) ? names : null;
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    // As in offsets of packs: seven bits a byte, the highest first, each further byte adding one.
    private static int ReadOffset(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = bytes[at] & 0x7F;
        while ((bytes[at++] & 0x80) != 0) value = checked(((value + 1) << 7) | (bytes[at] & 0x7F));
        return value;
    }

    private static bool HasOnlyKnownExtensions(ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            if (rest.Length < ExtensionHeader || BinaryPrimitives.ReadUInt32BigEndian(rest) is SplitIndex or SparseFolders) return false;
            var size = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            if (size > rest.Length - ExtensionHeader) return false;
            rest = rest[(ExtensionHeader + (int)size)..];
        }

        return true;
    }
}
