using System.Buffers.Binary;
using System.Text;

namespace Factory.Core.Repository;

/// <summary>
/// What an index says of each file, read without git; versions 2, 3 and 4 of <c>gitformat-index</c>. An index that does not
/// name all that git would look at (submodules, a split index, folders that stand for their files) is not read.
/// </summary>
internal sealed class IndexEntries
{
    private const int Header = 12, ModifiedAt = 8, InodeAt = 20, ModeAt = 24, SizeAt = 36, IdAt = 40, ExtensionHeader = 8;
    private const uint Signature = 0x44495243, SplitIndex = 0x6C696E6B, SparseFolders = 0x73646972;
    private const int Submodule = 0xE000, TypeMask = 0xF000, Executable = 0x40;
    private const ushort IsExtended = 0x4000, NameLength = 0xFFF;
    private const long Second = 1_000_000_000;

    // In version 4 a spoilt index of a few megabytes can spell terabytes of names.
    private const long LongestNames = 512 * 1024 * 1024;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly List<Entry> _entries;
    private readonly byte[] _names;
    private readonly byte[] _ids;

    private IndexEntries(List<Entry> entries, byte[] names, byte[] ids) => (_entries, _names, _ids) = (entries, names, ids);

    /// <summary>How many there are; a file in conflict has up to three.</summary>
    public int Count => _entries.Count;

    /// <summary>Whether no entry has a flag, is in conflict, or stands for a file that is yet to be added.</summary>
    public bool ArePlain { get; private init; }

    /// <summary>The name of an entry in bytes, with <c>/</c>.</summary>
    public ReadOnlySpan<byte> Name(int entry) => _names.AsSpan(_entries[entry].NameAt, _entries[entry].NameLength);

    /// <summary>The id of what an entry holds, in bytes.</summary>
    public ReadOnlySpan<byte> Id(int entry) => _ids.AsSpan(_ids.Length / Count * entry, _ids.Length / Count);

    /// <summary>The kind of an entry, and 755 or 644.</summary>
    public int Mode(int entry) => _entries[entry].Mode;

    /// <summary>The lower half of the size in bytes that its file had; zero also when git wants the file to be read again.</summary>
    public uint Size(int entry) => _entries[entry].Size;

    /// <summary>Every folder that has such a file in it or below; null when the name of one is no UTF-8.</summary>
    public IReadOnlySet<string>? TryReadFolders()
    {
        var folders = new HashSet<string>(StringComparer.Ordinal);
        var last = ReadOnlySpan<byte>.Empty;
        try
        {
            for (var entry = 0; entry < Count; entry++)
            {
                var name = Name(entry);
                var folder = name[..Math.Max(0, name.LastIndexOf((byte)'/'))];
                if (folder.SequenceEqual(last)) continue;
                last = folder;
                var text = Strict.GetString(folder);
                for (var length = text.Length; length > 0 && folders.Add(text[..length]);) length = text.LastIndexOf('/', length - 1);
            }

            return folders;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether a file is as it was when its content was taken into the index. Times count to the nanosecond, and the time of
    /// change, which nobody can set, is one of them: more than git asks for.
    /// </summary>
    public bool IsUnchanged(int entry, FileStamp file)
    {
        var kept = _entries[entry];
        return kept.Modified == file.Modified && kept.Changed == file.Changed && kept.Inode == (uint)file.Inode && kept.Size == (uint)file.Size
            && (kept.Mode & TypeMask) == (file.Mode & FileStamp.TypeMask) && ((file.Mode & FileStamp.TypeMask) != FileStamp.RegularFile || (kept.Mode & Executable) == (file.Mode & Executable));
    }

    /// <summary>Reads an index; null when it does not tell every file, or is not as git describes it.</summary>
    public static IndexEntries? Read(ReadOnlySpan<byte> index) => Read(index, idSize: 20) ?? Read(index, idSize: 32);

    private static IndexEntries? Read(ReadOnlySpan<byte> index, int idSize)
    {
        if (index.Length < Header + idSize || BinaryPrimitives.ReadUInt32BigEndian(index) != Signature) return null;
        var version = BinaryPrimitives.ReadUInt32BigEndian(index[4..]);
        var count = BinaryPrimitives.ReadUInt32BigEndian(index[8..]);
        var body = index[..^idSize];
        if (version is not (2 or 3 or 4) || count > (uint)index.Length / (IdAt + idSize)) return null;
        var (entries, arePlain) = (new List<Entry>((int)count), true);
        using var names = new MemoryStream(index.Length);
        var ids = new byte[count * idSize];
        var at = Header;
        try
        {
            for (var i = 0; i < count; i++)
            {
                var record = body[at..];
                var flagsAt = IdAt + idSize;
                var flags = BinaryPrimitives.ReadUInt16BigEndian(record[flagsAt..]);
                arePlain &= (flags & ~NameLength) == 0;
                var nameAt = flagsAt + ((flags & IsExtended) != 0 ? 4 : 2);
                var kept = version == 4 ? (i == 0 ? 0 : entries[^1].NameLength) - ReadOffset(record, ref nameAt) : 0;
                var rest = record[nameAt..][..record[nameAt..].IndexOf((byte)0)];
                var entry = ReadEntry(record, (int)names.Length, checked(kept + rest.Length));
                if ((entry.Mode & TypeMask) == Submodule || names.Length + entry.NameLength > LongestNames) return null;
                if (kept != 0) names.Write(names.GetBuffer().AsSpan(entries[^1].NameAt, kept));
                names.Write(rest);
                record[IdAt..flagsAt].CopyTo(ids.AsSpan(i * idSize));
                entries.Add(entry);
                // Before version 4 entries are filled up with one to eight zeros.
                at += version == 4 ? nameAt + rest.Length + 1 : (nameAt + rest.Length + 8) & ~7;
            }

            return HasOnlyKnownExtensions(body[at..]) ? new IndexEntries(entries, names.ToArray(), ids) { ArePlain = arePlain } : null;
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    private static Entry ReadEntry(ReadOnlySpan<byte> record, int nameAt, int nameLength) => new(
        ReadTime(record[ModifiedAt..]), ReadTime(record), BinaryPrimitives.ReadUInt32BigEndian(record[InodeAt..]),
        BinaryPrimitives.ReadUInt32BigEndian(record[SizeAt..]), BinaryPrimitives.ReadInt32BigEndian(record[ModeAt..]), nameAt, nameLength);

    private static long ReadTime(ReadOnlySpan<byte> time) => (BinaryPrimitives.ReadUInt32BigEndian(time) * Second) + BinaryPrimitives.ReadUInt32BigEndian(time[4..]);

    // As in offsets of packs: seven bits a byte, the highest first, each further byte adding one.
    internal static int ReadOffset(ReadOnlySpan<byte> bytes, ref int at)
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

    /// <param name="Modified">When its content was written, in nanoseconds since 1970.</param>
    /// <param name="Changed">When anything of it was changed, in nanoseconds since 1970.</param>
    /// <param name="Inode">The lower half of its number.</param>
    /// <param name="Size">The lower half of its size in bytes.</param>
    /// <param name="Mode">Its kind, and 755 or 644.</param>
    /// <param name="NameAt">Where its name begins.</param>
    /// <param name="NameLength">How long that is, in bytes.</param>
    private readonly record struct Entry(long Modified, long Changed, uint Inode, uint Size, int Mode, int NameAt, int NameLength);
}
