using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation;

/// <summary>Documents that a signature or a digest covers: one spelling for one content.</summary>
internal static class CanonicalDocument
{
    /// <summary>One line: compact, keys in ordinal order at every level, UTF-8, a final LF unless told otherwise.</summary>
    /// <exception cref="FormatException">A value has no JSON form.</exception>
    public static byte[] Write(object? value, bool hasLineFeed = true)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, CanonicalJson.Compact)) CanonicalJson.Write(writer, value);
        if (hasLineFeed) stream.WriteByte((byte)'\n');
        return stream.ToArray();
    }

    /// <summary>JSON as the plain values that <see cref="Write"/> takes: text, long, double, bool, null, lists, dictionaries.</summary>
    /// <exception cref="JsonException">It is no JSON, has a duplicate key, or is nested too deep.</exception>
    public static object? Read(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = CanonicalJson.DeepestValue });
        return Plain(document.RootElement);
    }

    private static object? Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Text(value),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => value.EnumerateArray().Select(Plain).ToList(),
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(member => member.Name, member => Plain(member.Value), StringComparer.Ordinal),
        _ => null,
    };

    private static string Text(JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException("a text is not valid Unicode", error);
        }
    }
}
