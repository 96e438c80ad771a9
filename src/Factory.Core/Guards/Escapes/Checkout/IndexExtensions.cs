using System.Buffers.Binary;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes.Checkout;

/// <summary>What follows the entries of an index, versions 2, 3 and 4 of <c>gitformat-index</c>.</summary>
internal sealed class IndexExtensions
{
    private const int Header = 12, IdAt = 40, ExtensionHeader = 8;
    private const uint Signature = 0x44495243, Tree = 0x54524545, SparseFolders = 0x73646972, EndOfEntries = 0x454F4945;
    private const ushort IsExtended = 0x4000, NameLength = 0xFFF;

    private IndexExtensions(IReadOnlyList<byte[]> trees, bool hasFolders) => (Trees, HasFolders) = (trees, hasFolders);

    /// <summary>The notes of trees; git writes one, and reads the last.</summary>
    public IReadOnlyList<byte[]> Trees { get; }

    /// <summary>Whether folders may stand for their files.</summary>
    public bool HasFolders { get; }

    /// <summary>Reads them; null when the index is not as git writes it.</summary>
    /// <param name="index">The index.</param>
    /// <param name="idSize">The length of an object id in bytes.</param>
    public static IndexExtensions? Read(byte[] index, int idSize)
    {
        try
        {
            var body = index.AsSpan()[..^idSize];
            if (BinaryPrimitives.ReadUInt32BigEndian(body) != Signature) return null;
            var end = FindEnd(body, idSize);
            var (trees, hasFolders) = (new List<byte[]>(), false);
            for (var at = end; at < body.Length;)
            {
                var size = checked((int)BinaryPrimitives.ReadUInt32BigEndian(body[(at + 4)..]));
                var content = body.Slice(at + ExtensionHeader, size);
                switch (BinaryPrimitives.ReadUInt32BigEndian(body[at..]))
                {
                    case Tree: trees.Add(content.ToArray()); break;
                    case SparseFolders: hasFolders = true; break;
                    // git may begin to read there; another place would hide what it reads.
                    case EndOfEntries when BinaryPrimitives.ReadUInt32BigEndian(content) != end: return null;
                }

                at += ExtensionHeader + size;
            }

            return new IndexExtensions(trees, hasFolders);
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            return null;
        }
    }

    // Names are as long as git takes them: as the flags say, or to their zero when they are longer than flags can say.
    private static int FindEnd(ReadOnlySpan<byte> body, int idSize)
    {
        var version = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        var (at, last) = (Header, 0);
        for (var count = BinaryPrimitives.ReadUInt32BigEndian(body[8..]); count > 0; count--)
        {
            var flags = BinaryPrimitives.ReadUInt16BigEndian(body[(at + IdAt + idSize)..]);
            var nameAt = at + IdAt + idSize + ((flags & IsExtended) != 0 ? 4 : 2);
            var kept = version == 4 ? last - IndexEntries.ReadOffset(body, ref nameAt) : 0;
            var rest = (flags & NameLength) == NameLength ? body[nameAt..].IndexOf((byte)0) : (flags & NameLength) - kept;
            if (kept < 0 || rest < 0) throw new ArgumentException("an entry has no name");
            last = checked(kept + rest);
            // Before version 4 entries are filled up with one to eight zeros.
            at = version == 4 ? nameAt + rest + 1 : at + ((nameAt - at + rest + 8) & ~7);
        }

        return at;
    }
}
