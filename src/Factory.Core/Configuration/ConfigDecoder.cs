using System.Globalization;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>Lays the file over the defaults.</summary>
internal static class ConfigDecoder
{
    private static readonly string[] Preamble = ["$schema", "schema_version", "contract_version"];

    public static void Decode(ConfigNode root, ConfigDraft draft)
    {
        foreach (var member in root.ObjectMembers(draft))
        {
            if (member.Name == "$schema") member.Value.Text(draft);
            else if (member.Name == "schema_version") Version(member.Value, ContractVersion.Schema, draft);
            else if (member.Name == "contract_version") Version(member.Value, ContractVersion.Contract, draft);
            else if (member.Name == "workers") WorkersDecoder.Decode(member.Value, draft);
            else if (ScalarSettings.Sections.Contains(member.Name, StringComparer.Ordinal)) Section(member.Name, member.Value, draft);
            else draft.Problems.Unknown(member.At, member.Name, [.. Preamble, .. ScalarSettings.Sections], elsewhere: ScalarSettings.All.Select(setting => setting.Name));
        }
    }

    private static void Version(ConfigNode node, int supported, ConfigDraft draft)
    {
        if (node.TryGetInteger(out var version) && version == supported) return;
        var expected = supported.ToString(CultureInfo.InvariantCulture);
        draft.Problems.Add(node.At, $"{node.Path}: expected {expected}, found {node.Found}", $"this build reads version {expected}; write {expected}, or use a build that reads yours");
    }

    private static void Section(string section, ConfigNode node, ConfigDraft draft)
    {
        foreach (var member in node.ObjectMembers(draft))
        {
            if (ScalarSettings.Find(section, member.Name) is { } setting) setting.Read(member.Value, draft);
            else if (section == "integration" && member.Name == "checks") Checks(member.Value, draft);
            else if (section == "security" && AllowlistsDecoder.Keys.Contains(member.Name, StringComparer.Ordinal)) AllowlistsDecoder.Decode(member, draft);
            else draft.Problems.Unknown(member.At, member.Value.Path, KeysOf(section), section == "feature_flags" ? "feature flag" : "key", ScalarSettings.All.Select(other => other.Name));
        }
    }

    private static List<string> KeysOf(string section)
    {
        var keys = ScalarSettings.All.Where(setting => setting.Section == section).Select(setting => setting.Name).ToList();
        if (section == "integration") keys.Add("integration.checks");
        if (section == "security") keys.AddRange(AllowlistsDecoder.Keys.Select(key => "security." + key));
        return keys;
    }

    private static void Checks(ConfigNode node, ConfigDraft draft)
    {
        var checks = new List<CheckDefinition>();
        foreach (var item in node.ArrayItems(draft))
        {
            if (Check(item, draft) is not { } check) continue;
            if (checks.Exists(other => other.Name.Equals(check.Name, StringComparison.OrdinalIgnoreCase)))
                draft.Problems.Broken(item, $"a check named '{check.Name}' is defined twice (case does not count)", "give each check its own name");
            checks.Add(check);
        }

        draft.Config = draft.Config with { Integration = draft.Config.Integration with { Checks = checks } };
    }

    private static CheckDefinition? Check(ConfigNode node, ConfigDraft draft)
    {
        var members = node.Members(draft, "name", "command", "timeout_seconds", "required");
        if (node.Kind != JsonValueKind.Object) return null;
        var name = members.TryGetValue("name", out var given) ? given.Text(draft) : Missing(node, "name", draft);
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Any(char.IsControl)))
            draft.Problems.Broken(given ?? node, "a check's name is not empty and has no control characters");
        if (!members.ContainsKey("command")) Missing(node, "command", draft);
        return new(
            name ?? "",
            members.TryGetValue("command", out var command) ? command.Command(draft, worker: null) : [],
            members.TryGetValue("timeout_seconds", out var timeout) ? timeout.Number(1, ConfigRules.LongestTimeoutSeconds, draft) : WorkerDefinition.DefaultTimeoutSeconds,
            !members.TryGetValue("required", out var required) || required.Flag(draft));
    }

    internal static string? Missing(ConfigNode node, string key, ConfigDraft draft)
    {
        draft.Problems.Broken(node, $"the key '{key}' is missing", $"add \"{key}\"");
        return null;
    }
}
