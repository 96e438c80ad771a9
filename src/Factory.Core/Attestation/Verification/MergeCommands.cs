using System.Text;
using Factory.Core.Repository;

namespace Factory.Core.Attestation.Verification;

/// <summary>Names of drivers and filters that attributes give to paths which two workers changed.</summary>
/// <param name="Configured">Those that the configuration makes commands of.</param>
/// <param name="Unknown">Those that nothing defines here, so that git merges such a path as text.</param>
internal sealed record MergeCommands(IReadOnlyList<string> Configured, IReadOnlyList<string> Unknown)
{
    /// <summary>Finds them with git's own reading of the attributes.</summary>
    /// <param name="repository">The scratch repository.</param>
    /// <param name="settings">What the user's repository configures.</param>
    /// <param name="attributesFolder">The base's attributes.</param>
    /// <param name="changes">What each worker changed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static async Task<MergeCommands> FindAsync(
        GitRepository repository, MergeSettings settings, string attributesFolder, IReadOnlyList<IReadOnlyList<ChangedPath>> changes, CancellationToken cancellationToken)
    {
        var paths = Shared(changes);
        var (configured, unknown) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        if (paths.Count == 0) return new MergeCommands([], []);
        var call = new GitCall("check-attr", "-z", "--stdin", "merge", "filter")
        {
            GitDirectory = repository.CommonDirectory,
            WorkTree = attributesFolder,
            WorkingDirectory = attributesFolder,
            Input = Encoding.UTF8.GetBytes(string.Concat(paths.Select(path => path + "\0"))),
        };
        var fields = (await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Fields;
        for (var i = 0; i + 2 < fields.Count; i += 3)
        {
            // Without an attribute git takes the driver named text, and a configuration may define one of that name.
            var value = fields[i + 2];
            var name = value == "unspecified" && fields[i + 1] == "merge" && settings.Drivers.Contains("text") ? "text" : value;
            if ((fields[i + 1] == "merge" ? settings.Drivers : settings.Filters).Contains(name)) configured.Add(name);
            else if (fields[i + 1] == "merge" && name is not ("unspecified" or "set" or "unset" or "text" or "binary" or "union")) unknown.Add(name);
        }

        return new MergeCommands([.. configured], [.. unknown]);
    }

    // Of a rename both names count, whichever of them another worker changed.
    private static SortedSet<string> Shared(IReadOnlyList<IReadOnlyList<ChangedPath>> changes)
    {
        var often = changes.SelectMany(one => one.SelectMany(NamesOf).Distinct(StringComparer.Ordinal)).CountBy(name => name, StringComparer.Ordinal)
            .Where(pair => pair.Value > 1).Select(pair => pair.Key).ToHashSet(StringComparer.Ordinal);
        return new SortedSet<string>(changes.SelectMany(one => one).Select(NamesOf).Where(names => names.Any(often.Contains)).SelectMany(names => names), StringComparer.Ordinal);
    }

    private static string[] NamesOf(ChangedPath change) => change.OldPath is { } old ? [old, change.Path] : [change.Path];
}
