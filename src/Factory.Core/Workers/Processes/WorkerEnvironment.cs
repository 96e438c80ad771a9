using System.Collections;

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

        if (marker is not null) result[marker.Name] = marker.Value;
        return result;
    }
}
