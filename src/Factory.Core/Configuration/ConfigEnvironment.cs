using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>
/// Lays the environment over the file: only names of the form <c>FACTORY_&lt;SECTION&gt;__&lt;KEY&gt;</c> count, so that the variables
/// Factory gives its workers never configure a Factory that a worker starts.
/// </summary>
internal static class ConfigEnvironment
{
    private const string Prefix = "FACTORY_";

    public static void Apply(IReadOnlyDictionary<string, string> environment, ConfigDraft draft)
    {
        var settings = ScalarSettings.All.ToDictionary(setting => setting.Variable, StringComparer.Ordinal);
        foreach (var (name, value) in environment.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            if (name.IndexOf("__", Prefix.Length, StringComparison.Ordinal) <= Prefix.Length) continue;
            if (settings.TryGetValue(name, out var setting)) setting.Read(name, value, draft);
            else Refuse(name, settings.Keys, draft);
        }
    }

    private static void Refuse(string name, IReadOnlyCollection<string> known, ConfigDraft draft)
    {
        var nearest = NearestName.Find(name, known);
        draft.Problems.Add(
            name,
            $"the environment variable {name} names no setting{(nearest is null ? "" : $"; did you mean {nearest}?")}",
            nearest is null ? $"unset it, or use one of: {string.Join(", ", known)}" : $"unset it, or set {nearest}",
            BlockerKind.Config);
    }
}
