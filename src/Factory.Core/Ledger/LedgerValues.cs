using System.Collections.ObjectModel;
using System.Text.Json;

namespace Factory.Core.Ledger;

/// <summary>JSON as plain .NET values, as PowerShell and formatters like them.</summary>
internal static class LedgerValues
{
    /// <summary>A string, long, double, bool or null, an array of these or a dictionary of these.</summary>
    /// <exception cref="InvalidOperationException">A text holds a lone surrogate.</exception>
    public static object? ToPlain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt64(out var number) ? (object)number : value.GetDouble(),
        JsonValueKind.Array => ToArray(value),
        JsonValueKind.Object => ToMap(value, ToPlain),
        _ => null,
    };

    /// <summary>A member that is an object, as a dictionary; empty when it is absent or null.</summary>
    public static IReadOnlyDictionary<string, T> ToMap<T>(JsonElement parent, string name, Func<JsonElement, T> convert) =>
        parent.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.Object && member.GetPropertyCount() > 0
            ? ToMap(member, convert)
            : ReadOnlyDictionary<string, T>.Empty;

    private static Dictionary<string, T> ToMap<T>(JsonElement value, Func<JsonElement, T> convert)
    {
        var map = new Dictionary<string, T>(value.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject()) map.Add(member.Name, convert(member.Value));
        return map;
    }

    private static object?[] ToArray(JsonElement value)
    {
        var items = new object?[value.GetArrayLength()];
        var at = 0;
        foreach (var item in value.EnumerateArray()) items[at++] = ToPlain(item);
        return items;
    }
}
