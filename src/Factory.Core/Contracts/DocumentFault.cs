using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Factory.Core.Contracts;

/// <summary>Says in the words of the contract why a document could not be read: the field, what it has to be, the line. The library tells its own types' names.</summary>
internal static partial class DocumentFault
{
    /// <summary>The same problem in those words.</summary>
    public static JsonException Explain(JsonException error)
    {
        var at = error.Path is { Length: > 0 } path ? path.StartsWith("$.", StringComparison.Ordinal) ? path[2..] : path.TrimStart('$') : "";
        // Of a plain value, only the cause tells the type; the message then has the type around it.
        var words = Token().Match(error.InnerException?.Message ?? "") is { Success: true } token ? "expected " + PlainKind(token.Groups[1].Value) : Words(error.Message);
        var where = at.Length == 0 || IsNamed(words, at) ? "" : at + ": ";
        var line = error.LineNumber is { } number ? string.Create(CultureInfo.InvariantCulture, $" (line {number + 1})") : "";
        return new JsonException($"{where}{words}{line}", error.Path, error.LineNumber, error.BytePositionInLine, error);
    }

    private static string Words(string message)
    {
        if (Missing().Match(message) is { Success: true } missing)
            return $"{missing.Groups[1].Value.TrimEnd('.')} {(missing.Groups[1].Value.Contains(',', StringComparison.Ordinal) ? "are" : "is")} missing";
        if (Unknown().Match(message) is { Success: true } unknown) return $"there is no field '{unknown.Groups[1].Value}'";
        if (Twice().Match(message) is { Success: true } twice) return $"'{twice.Groups[1].Value}' appears twice";
        if (Type().Match(message) is { Success: true } type) return "expected " + Kind(type.Groups[1].Value);
        var plain = Position().Replace(message, "").TrimEnd('.');
        return TypeName().IsMatch(plain) ? "is not what is expected there" : plain;
    }

    private static string Kind(string type) => type switch
    {
        "System.String" => "a text",
        "System.Boolean" => "true or false",
        _ when type.StartsWith("System.Int", StringComparison.Ordinal) || type.StartsWith("System.Nullable", StringComparison.Ordinal) => "a whole number",
        _ when type.StartsWith("System.Collections", StringComparison.Ordinal) => "an array",
        _ => "an object",
    };

    private static string PlainKind(string name) => name switch
    {
        "string" => "a text",
        "boolean" => "true or false",
        _ => "a whole number",
    };

    private static bool IsNamed(string words, string at) => words.Contains($"'{at}'", StringComparison.Ordinal);

    [GeneratedRegex(@"was missing required properties including: (.+?)\.?(?: Path:.*)?$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Missing();

    [GeneratedRegex(@"^The JSON property '(.+?)' could not be mapped", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Unknown();

    [GeneratedRegex(@"^Duplicate property '(.+?)' ", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Twice();

    [GeneratedRegex(@"token type '\w+' as an? (\w+)\.", RegexOptions.CultureInvariant)]
    private static partial Regex Token();

    [GeneratedRegex(@"^The JSON value could not be converted to (\S+?)\.? ", RegexOptions.CultureInvariant)]
    private static partial Regex Type();

    [GeneratedRegex(@" (?:Path: .*|LineNumber: .*)$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Position();

    [GeneratedRegex(@"\b(?:System|Factory)\.[A-Z]|\.NET", RegexOptions.CultureInvariant)]
    private static partial Regex TypeName();
}
