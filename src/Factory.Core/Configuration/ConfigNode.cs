using System.Globalization;
using System.Text.Json;

namespace Factory.Core.Configuration;

/// <summary>A value of the configuration file together with where it stands, so that every problem can name its place.</summary>
/// <param name="Kind">The kind of value.</param>
/// <param name="Path">The JSON path, for example <c>workers.definitions[0].id</c>; empty for the document.</param>
/// <param name="At">The place, as <c>file:line:column</c>.</param>
/// <param name="Text">A string's value, or a number as it is written.</param>
/// <param name="Items">An array's items.</param>
/// <param name="Members">An object's members; of a repeated key, the first.</param>
internal sealed record ConfigNode(
    JsonValueKind Kind, string Path, string At, string Text, IReadOnlyList<ConfigNode> Items, IReadOnlyList<ConfigMember> Members)
{
    private const int LongestQuote = 60;

    /// <summary>The value in the words of an error message.</summary>
    public string Found => Kind switch
    {
        JsonValueKind.String => $"the string \"{(Text.Length > LongestQuote ? Text[..LongestQuote] + "..." : Text)}\"",
        JsonValueKind.Number => $"the number {Text}",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => Kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The value as a 32-bit integer; false for fractions, exponents and numbers out of range.</summary>
    public bool TryGetInteger(out int value)
    {
        value = 0;
        return Kind == JsonValueKind.Number && int.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }
}

/// <summary>One member of an object.</summary>
/// <param name="Name">The key.</param>
/// <param name="At">The key's place.</param>
/// <param name="Value">The value.</param>
internal sealed record ConfigMember(string Name, string At, ConfigNode Value);
