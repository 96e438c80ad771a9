using Factory.Core.Contracts;

namespace Factory.Core.Guards;

/// <summary>What a <c>.gitmodules</c> may say. The rules are those of git's own check of received objects and stricter ones.</summary>
public static class Submodules
{
    private static readonly string[] Schemes = ["https://", "http://", "ssh://", "git://", "ftp://", "ftps://", "git+ssh://", "ssh+git://"];

    /// <summary>Why a setting is refused, or null.</summary>
    /// <param name="field">One field of <c>git config -z --list</c>: the key, a line feed and the value.</param>
    public static string? Explain(string field)
    {
        var parts = field.Split('\n', 2);
        var value = parts.Length == 2 ? parts[1] : "";
        if (!parts[0].StartsWith("submodule.", StringComparison.Ordinal)) return null;
        var dot = parts[0].LastIndexOf('.');
        if (dot <= "submodule.".Length) return "has a submodule without a name (rule submodule_name)";
        var name = parts[0]["submodule.".Length..dot];
        if (name.Split('/', '\\').Contains("..") || RelativePath.FindBrokenRule(name) is PathRule.GitFolder or PathRule.Absolute or PathRule.Drive)
            return $"names the submodule '{name}', which leads elsewhere (rule submodule_name)";
        return parts[0][(dot + 1)..] switch
        {
            "path" => value.StartsWith('-') || !RelativePath.TryParse(value, out _, out _) ? $"gives the submodule '{name}' the path '{value}', which is refused (rule submodule_path)" : null,
            "url" => IsSafe(value) ? null : $"gives the submodule '{name}' the address '{value}', which runs a program or reads this machine's files (rule submodule_url)",
            "update" => value is "checkout" or "rebase" or "merge" or "none" ? null : $"gives the submodule '{name}' the update command '{value}' (rule submodule_update)",
            _ => null,
        };
    }

    private static bool IsSafe(string url)
    {
        if (url.Length == 0 || url[0] == '-' || url.Any(char.IsControl) || url.Contains("%0a", StringComparison.OrdinalIgnoreCase) || url.Contains("%0d", StringComparison.OrdinalIgnoreCase)) return false;
        if (url.Contains("::", StringComparison.Ordinal)) return false;
        if (url.StartsWith("./", StringComparison.Ordinal) || url.StartsWith("../", StringComparison.Ordinal)) return true;
        if (Array.Find(Schemes, scheme => url.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) is { } found) return url.Length > found.Length && url[found.Length] is not ('-' or '/');
        // user@host:path, and never C:\path, /path or file://path.
        var colon = url.IndexOf(':', StringComparison.Ordinal);
        return colon > 1 && !url.Contains("://", StringComparison.Ordinal) && !url[..colon].Contains('/', StringComparison.Ordinal) && !url[..colon].Contains('\\', StringComparison.Ordinal);
    }
}
