using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Factory.Core.Contracts;

/// <summary>The spelling of an enumeration member in every document Factory writes.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class WireNameAttribute(string name) : Attribute
{
    /// <summary>The exact, case-sensitive spelling.</summary>
    public string Name { get; } = name;
}

/// <summary>Both directions of <see cref="WireNameAttribute"/> for one enumeration.</summary>
/// <typeparam name="T">An enumeration whose members all carry <see cref="WireNameAttribute"/>.</typeparam>
public static class WireEnum<T> where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> Names = Enum.GetValues<T>().ToFrozenDictionary(
        value => value,
        value => typeof(T).GetField(value.ToString())!.GetCustomAttribute<WireNameAttribute>()!.Name);

    private static readonly FrozenDictionary<string, T> Values =
        Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>Every spelling, in the order of declaration.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Enum.GetValues<T>().Select(value => Names[value])];

    /// <summary>The spelling of a value.</summary>
    public static string NameOf(T value) => Names[value];

    /// <summary>Finds the value with exactly this spelling.</summary>
    public static bool TryParse(string? name, out T value)
    {
        value = default;
        return name is not null && Values.TryGetValue(name, out value);
    }
}

/// <summary>Reads and writes an enumeration by its wire names; numbers and other spellings are refused.</summary>
public sealed class WireEnumConverter<T> : JsonConverter<T> where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String && WireEnum<T>.TryParse(reader.GetString(), out var value))
            return value;
        throw new JsonException($"expected one of {string.Join(", ", WireEnum<T>.All)}");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(WireEnum<T>.NameOf(value));
}
