using System.Globalization;
using System.Text.Json;

namespace Factory.Core.Configuration;

/// <summary>
/// One setting that is a single value. The file, the environment and the parameters all pass through it, so that no layer
/// is judged by other rules than another.
/// </summary>
internal sealed class ScalarSetting
{
    private readonly Func<ConfigNode, object?> _fromNode;
    private readonly Func<string, object?> _fromText;
    private readonly Func<object, string?> _rule;
    private readonly Func<FactoryConfig, object?, FactoryConfig> _apply;

    private ScalarSetting(
        string section, string key, string expected, bool isNullable, Func<ConfigNode, object?> fromNode, Func<string, object?> fromText,
        Func<object, string?> rule, Func<FactoryConfig, object?, FactoryConfig> apply)
    {
        (Section, Key, Expected, IsNullable) = (section, key, expected, isNullable);
        (_fromNode, _fromText, _rule, _apply) = (fromNode, fromText, rule, apply);
    }

    public string Section { get; }

    public string Key { get; }

    /// <summary>The full name, for example <c>run.base_ref</c>.</summary>
    public string Name => $"{Section}.{Key}";

    /// <summary>The environment variable, for example <c>FACTORY_RUN__BASE_REF</c>.</summary>
    public string Variable => $"FACTORY_{Section}__{Key}".ToUpperInvariant();

    /// <summary>The values accepted, in words.</summary>
    public string Expected { get; }

    private bool IsNullable { get; }

    public static ScalarSetting Text(string section, string key, Func<string, string?> rule, Func<FactoryConfig, string, FactoryConfig> apply) => new(
        section, key, "a string", isNullable: false, NodeText, text => text, value => rule((string)value), (config, value) => apply(config, (string)value!));

    public static ScalarSetting OptionalText(string section, string key, Func<string, string?> rule, Func<FactoryConfig, string?, FactoryConfig> apply) => new(
        section, key, "a string or null", isNullable: true, NodeText, text => text, value => rule((string)value), (config, value) => apply(config, (string?)value));

    public static ScalarSetting Flag(string section, string key, Func<FactoryConfig, bool, FactoryConfig> apply) => new(
        section, key, "true or false", isNullable: false, NodeFlag, TextFlag, _ => null, (config, value) => apply(config, (bool)value!));

    public static ScalarSetting Number(string section, string key, int least, int most, Func<FactoryConfig, int, FactoryConfig> apply)
    {
        var expected = string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
        return new(section, key, expected, isNullable: false, node => node.TryGetInteger(out var value) ? value : null, text => TextNumber(text),
            value => (int)value < least || (int)value > most ? $"expected {expected}, found {value}" : null, (config, value) => apply(config, (int)value!));
    }

    /// <summary>Takes the value of the file.</summary>
    public void Read(ConfigNode node, ConfigDraft draft)
    {
        var isNull = node.Kind == JsonValueKind.Null;
        var value = isNull ? null : _fromNode(node);
        if (value is null && !(isNull && IsNullable)) draft.Problems.Mismatch(node, Expected);
        else Set(value, node.At, node.Path, draft);
    }

    /// <summary>Takes the value of an environment variable; for a setting that may be null, an empty one is null.</summary>
    public void Read(string variable, string text, ConfigDraft draft)
    {
        var isNull = text.Length == 0 && IsNullable;
        var value = isNull ? null : _fromText(text);
        if (value is null && !isNull)
            draft.Problems.Add(variable, $"the environment variable {variable}: expected {Expected}, found '{text}'", $"unset {variable}, or set it to {Expected}");
        else
            Set(value, variable, $"the environment variable {variable}", draft);
    }

    /// <summary>Takes a value of the right type.</summary>
    public void Set(object? value, string at, string name, ConfigDraft draft)
    {
        if (value is not null && _rule(value) is { } reason)
        {
            draft.Problems.Add(at, $"{name}: {reason}", "correct the value");
            return;
        }

        draft.Config = _apply(draft.Config, value);
        draft.Origins[Name] = at;
    }

    private static string? NodeText(ConfigNode node) => node.Kind == JsonValueKind.String ? node.Text : null;

    private static object? NodeFlag(ConfigNode node) => node.Kind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static object? TextFlag(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "1" => true,
        "FALSE" or "0" => false,
        _ => null,
    };

    private static int? TextNumber(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;
}
