using System.Globalization;
using System.Text.Json;

namespace Factory.Core.Configuration;

/// <summary>Reads single nodes; whatever does not fit becomes a problem and a harmless value, so that reading goes on.</summary>
internal static class NodeDecoding
{
    /// <summary>The members of an object by key; keys that are not known become problems.</summary>
    public static Dictionary<string, ConfigNode> Members(this ConfigNode node, ConfigDraft draft, params IReadOnlyList<string> known)
    {
        var members = new Dictionary<string, ConfigNode>(StringComparer.Ordinal);
        foreach (var member in node.ObjectMembers(draft))
        {
            if (known.Contains(member.Name, StringComparer.Ordinal)) members.Add(member.Name, member.Value);
            else draft.Problems.Unknown(member.At, member.Value.Path, [.. known.Select(key => $"{node.Path}.{key}")]);
        }

        return members;
    }

    public static IReadOnlyList<ConfigMember> ObjectMembers(this ConfigNode node, ConfigDraft draft)
    {
        if (node.Kind != JsonValueKind.Object) draft.Problems.Mismatch(node, "an object");
        return node.Members;
    }

    public static IReadOnlyList<ConfigNode> ArrayItems(this ConfigNode node, ConfigDraft draft)
    {
        if (node.Kind != JsonValueKind.Array) draft.Problems.Mismatch(node, "an array");
        return node.Items;
    }

    public static string? Text(this ConfigNode node, ConfigDraft draft)
    {
        if (node.Kind == JsonValueKind.String) return node.Text;
        draft.Problems.Mismatch(node, "a string");
        return null;
    }

    public static bool Flag(this ConfigNode node, ConfigDraft draft)
    {
        if (node.Kind is not (JsonValueKind.True or JsonValueKind.False)) draft.Problems.Mismatch(node, "true or false");
        return node.Kind == JsonValueKind.True;
    }

    public static int Number(this ConfigNode node, int least, int most, ConfigDraft draft)
    {
        if (node.TryGetInteger(out var value) && value >= least && value <= most) return value;
        draft.Problems.Mismatch(node, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
        return least;
    }

    /// <summary>An array of strings that each satisfy a rule.</summary>
    public static IReadOnlyList<string> Texts(this ConfigNode node, ConfigDraft draft, Func<string, string?> rule)
    {
        var texts = new List<string>();
        foreach (var item in node.ArrayItems(draft))
        {
            if (item.Text(draft) is not { } text) continue;
            if (rule(text) is { } reason) draft.Problems.Broken(item, reason);
            else texts.Add(text);
        }

        return texts;
    }

    /// <summary>An argument vector, remembered for the rule on shells.</summary>
    public static IReadOnlyList<string> Command(this ConfigNode node, ConfigDraft draft, string? worker)
    {
        var items = node.Items;
        if (node.Kind == JsonValueKind.Array && (items.Count == 0 || items[0] is { Kind: JsonValueKind.String, Text: "" }))
            draft.Problems.Broken(node, "the command names no program", "write the program and its arguments, one string each");
        var arguments = node.Texts(draft, argument => argument.Contains('\0') ? "an argument cannot hold a NUL character" : null);
        foreach (var item in items.Where(item => item.Kind == JsonValueKind.String))
            foreach (var name in Placeholders.FindUnknown(item.Text)) RefusePlaceholder(item, name, draft);
        draft.Commands.Add(new(arguments, node, worker));
        return arguments;
    }

    private static void RefusePlaceholder(ConfigNode item, string name, ConfigDraft draft)
    {
        var question = NearestName.Find(name, Placeholders.Known) is { } nearest ? $"; did you mean '{{{nearest}}}'?" : "";
        draft.Problems.Broken(item, $"unknown placeholder '{{{name}}}'{question}", Placeholders.Remedy(name));
    }
}
