using System.Collections;
using System.Globalization;

namespace Factory.Core.Workers.Processes;

/// <summary>The complete environment of a command.</summary>
internal static class WorkerEnvironment
{
    /// <summary>
    /// What git sets for its hooks: inherited, it would make every git call in a worktree work on the repository that
    /// Factory was started from.
    /// </summary>
    private static readonly string[] OfAnotherRepository =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_PREFIX", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    ];

    private static readonly string[] HousekeepingKeys = ["gc.autoDetach", "maintenance.autoDetach"];

    internal static Dictionary<string, string> Of(WorkerCommandSpec spec) =>
        Of(Environment.GetEnvironmentVariables(), spec.Environment, spec.Marker);

    internal static Dictionary<string, string> Of(IDictionary inherited, IReadOnlyDictionary<string, string?> overrides, EnvironmentMarker? marker)
    {
        var result = new Dictionary<string, string>(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (DictionaryEntry entry in inherited) result[(string)entry.Key] = (string?)entry.Value ?? "";
        foreach (var name in OfAnotherRepository) result.Remove(name);
        foreach (var (name, value) in overrides)
        {
            if (value is null) result.Remove(name);
            else result[name] = value;
        }

        KeepHousekeepingInForeground(result);
        if (marker is not null) result[marker.Name] = marker.Value;
        return result;
    }

    // git tidies up behind a command's back, after a commit for example, and goes on when the command has ended: it would be a
    // process that was left running, and be stopped half-way. What the command's environment sets of git stays, and has the last word.
    private static void KeepHousekeepingInForeground(Dictionary<string, string> environment)
    {
        const string Count = "GIT_CONFIG_COUNT";
        const int MostSettings = 10_000;
        var count = 0;
        if (environment.TryGetValue(Count, out var text) && text.Length > 0 && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count > MostSettings)) return;
        var known = Enumerable.Range(0, count).Select(number => environment.GetValueOrDefault(Name("KEY", number), "")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var key in HousekeepingKeys.Where(key => !known.Contains(key)))
        {
            (environment[Name("KEY", count)], environment[Name("VALUE", count)]) = (key, "false");
            count++;
        }

        environment[Count] = count.ToString(CultureInfo.InvariantCulture);

        static string Name(string part, int number) => string.Create(CultureInfo.InvariantCulture, $"GIT_CONFIG_{part}_{number}");
    }
}
