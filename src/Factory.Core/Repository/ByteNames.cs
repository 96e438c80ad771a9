using System.Text;

namespace Factory.Core.Repository;

/// <summary>
/// Names as git has them, which are bytes: a letter for each, so that one that is no UTF-8 goes through a program and comes back as it
/// was. For calls of git; what a person reads is <see cref="NulFields"/>.
/// </summary>
internal static class ByteNames
{
    /// <summary>A name, a letter a byte.</summary>
    public static string Of(ReadOnlySpan<byte> name) => Encoding.Latin1.GetString(name);

    /// <summary>The bytes of a name.</summary>
    public static byte[] Bytes(string name) => Encoding.Latin1.GetBytes(name);

    /// <summary>Fields for an option <c>-z</c> of git.</summary>
    public static byte[] Join(IEnumerable<string> fields) => Bytes(string.Concat(fields.Select(field => field + "\0")));

    /// <summary>What an option <c>-z</c> of git printed.</summary>
    public static List<string> Split(byte[] output) => [.. Of(output).Split('\0', StringSplitOptions.RemoveEmptyEntries)];
}
