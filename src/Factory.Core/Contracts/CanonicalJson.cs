using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Factory.Core.Contracts;

/// <summary>
/// Writes plain .NET values as JSON in one form only: keys in ordinal order at every level, no duplicates, well-formed
/// Unicode. A long stays an integer and a double keeps its fraction, so that both are read back as what they were.
/// </summary>
internal static class CanonicalJson
{
    /// <summary>Deeper than any honest value; what is deeper is a cycle.</summary>
    public const int DeepestValue = 48;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly ConcurrentDictionary<Enum, string> WireNames = new();

    /// <summary>Compact, with the same escapes everywhere.</summary>
    public static JsonWriterOptions Compact { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a value.</summary>
    /// <exception cref="FormatException">The value has no JSON form: its type, a number that is not finite, a lone
    /// surrogate, a duplicate key, or a nesting deeper than <see cref="DeepestValue"/>.</exception>
    public static void Write(Utf8JsonWriter writer, object? value) => Write(writer, value, 0);

    /// <summary>Writes an object of pairs that are in order; see <see cref="Sort"/>.</summary>
    /// <exception cref="FormatException">As with any value.</exception>
    public static void Write<T>(Utf8JsonWriter writer, KeyValuePair<string, T>[] sorted) => WriteObject(writer, sorted, 0);

    /// <summary>Puts pairs in the order in which they are written, in place.</summary>
    public static KeyValuePair<string, T>[] Sort<T>(KeyValuePair<string, T>[] pairs)
    {
        pairs.AsSpan().Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return pairs;
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        if (depth > DeepestValue) throw new FormatException($"a value is nested deeper than {DeepestValue} levels");
        switch (value)
        {
            case null: writer.WriteNullValue(); break;
            case string text: writer.WriteStringValue(WellFormed(text)); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            case int number: writer.WriteNumberValue(number); break;
            case long number: writer.WriteNumberValue(number); break;
            // The usual object and list first: asking for an interface is dear, enumerating through one too.
            case Dictionary<string, object?> map when map.GetType() == typeof(Dictionary<string, object?>): WriteObject(writer, Sort([.. map]), depth); break;
            case object?[] list: WriteArray(writer, list, depth); break;
            case double number: WriteFraction(writer, number); break;
            case float number: WriteFraction(writer, double.Parse(number.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)); break;
            case decimal number: WriteFraction(writer, (double)number); break;
            case ulong number: writer.WriteNumberValue(ToLong(number)); break;
            case short or sbyte or uint or ushort or byte:
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case DateTimeOffset time: writer.WriteStringValue(Rfc3339(time)); break;
            case RunId or WorkerId or CommitId or RelativePath or Guid: writer.WriteStringValue(value.ToString()); break;
            case Enum name: writer.WriteStringValue(WireNames.GetOrAdd(name, WireName)); break;
            case IDictionary map: WriteObject(writer, Sort(Pairs(map)), depth); break;
            case IReadOnlyDictionary<string, object?> map: WriteObject(writer, Sort([.. map]), depth); break;
            case IEnumerable list: WriteArray(writer, list, depth); break;
            default: throw new FormatException($"a {value.GetType()} has no JSON form; give text, a number, a truth value, a list or a dictionary");
        }
    }

    /// <summary>UTC with milliseconds and <c>Z</c>.</summary>
    public static string Rfc3339(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static void WriteObject<T>(Utf8JsonWriter writer, KeyValuePair<string, T>[] sorted, int depth)
    {
        writer.WriteStartObject();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i > 0 && sorted[i].Key == sorted[i - 1].Key) throw new FormatException($"the key '{sorted[i].Key}' occurs twice");
            writer.WritePropertyName(WellFormed(sorted[i].Key));
            Write(writer, sorted[i].Value, depth + 1);
        }

        writer.WriteEndObject();
    }

    private static void WriteArray(Utf8JsonWriter writer, object?[] list, int depth)
    {
        writer.WriteStartArray();
        foreach (var item in list) Write(writer, item, depth + 1);
        writer.WriteEndArray();
    }

    private static void WriteArray(Utf8JsonWriter writer, IEnumerable list, int depth)
    {
        writer.WriteStartArray();
        foreach (var item in list) Write(writer, item, depth + 1);
        writer.WriteEndArray();
    }

    private static KeyValuePair<string, object?>[] Pairs(IDictionary map)
    {
        var pairs = new List<KeyValuePair<string, object?>>(map.Count);
        foreach (DictionaryEntry pair in map)
            pairs.Add(new(pair.Key as string ?? throw new FormatException($"the key '{pair.Key}' is not text"), pair.Value));
        return [.. pairs];
    }

    private static void WriteFraction(Utf8JsonWriter writer, double number)
    {
        if (!double.IsFinite(number)) throw new FormatException($"{number.ToString(CultureInfo.InvariantCulture)} has no JSON form");
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        // Without a fraction or an exponent it would be read back as an integer.
        writer.WriteRawValue(text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text, skipInputValidation: true);
    }

    private static long ToLong(ulong number) => number <= long.MaxValue
        ? (long)number
        : throw new FormatException($"{number} is beyond the integers that every reader keeps exactly; give it as text");

    private static string WireName(Enum value) =>
        value.GetType().GetField(value.ToString())?.GetCustomAttribute<WireNameAttribute>()?.Name
        ?? throw new FormatException($"{value.GetType()}.{value} has no wire name");

    /// <summary>Gives a text back that UTF-8 can carry.</summary>
    /// <exception cref="FormatException">It has a lone surrogate.</exception>
    public static string WellFormed(string text)
    {
        if (Ascii.IsValid(text)) return text;
        try
        {
            StrictUtf8.GetByteCount(text);
            return text;
        }
        catch (EncoderFallbackException error)
        {
            throw new FormatException($"a text has a lone surrogate at index {error.Index}, which UTF-8 cannot carry", error);
        }
    }
}
