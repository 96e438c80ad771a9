using Factory.Core.Repository;

namespace Factory.Core.Attestation.Verification;

/// <summary>What a repository's configuration, in all its places, says about merging.</summary>
/// <param name="Harmless">Settings that are data only, in the order in which git reads them; a later one wins.</param>
/// <param name="Drivers">The names of the merge drivers that are commands.</param>
/// <param name="Filters">The names of the content filters that are commands; empty unless merges renormalize.</param>
/// <param name="AttributesFile">The attributes that hold for all the user's repositories, or null.</param>
/// <param name="IsPartial">Whether it is a partial clone.</param>
internal sealed record MergeSettings(
    IReadOnlyList<(string Name, string Value)> Harmless, IReadOnlySet<string> Drivers, IReadOnlySet<string> Filters, string? AttributesFile, bool IsPartial)
{
    // A list of what is allowed: whatever else a later git lets a configuration run is not on it.
    private static readonly HashSet<string> Allowed = new(StringComparer.Ordinal)
    {
        "merge.renames", "merge.renamelimit", "merge.directoryrenames", "merge.conflictstyle", "merge.renormalize", "diff.algorithm", "diff.renames", "diff.renamelimit",
        "core.autocrlf", "core.eol", "core.ignorecase",
    };

    /// <summary>Reads the settings, which runs nothing.</summary>
    public static async Task<MergeSettings> ReadAsync(GitRepository user, CancellationToken cancellationToken)
    {
        var answer = await user.RunAsync(new GitCall("config", "-z", "--get-regexp", @"^(merge|diff|core|filter|remote|extensions)\."), cancellationToken).ConfigureAwait(false);
        var harmless = new List<(string Name, string Value)>();
        var (drivers, filters) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        var isPartial = false;
        foreach (var field in answer.Fields)
        {
            var end = field.IndexOf('\n', StringComparison.Ordinal);
            var (name, value) = end < 0 ? (field, "true") : (field[..end], field[(end + 1)..]);
            isPartial |= name is "extensions.partialclone" || name.EndsWith(".promisor", StringComparison.Ordinal);
            if (Allowed.Contains(name)) harmless.Add((name, value));
            else if (Subsection(name, "merge.", ".driver") is { } driver) drivers.Add(driver);
            else if ((Subsection(name, "filter.", ".clean") ?? Subsection(name, "filter.", ".smudge") ?? Subsection(name, "filter.", ".process")) is { } filter) filters.Add(filter);
        }

        var shared = await user.RunAsync(new GitCall("config", "--type=path", "--get", "core.attributesFile"), cancellationToken).ConfigureAwait(false);
        var renormalizes = harmless.Any(one => one.Name == "merge.renormalize" && one.Value is not ("false" or "no" or "off" or "0" or ""));
        return new MergeSettings(harmless, drivers, renormalizes ? filters : new HashSet<string>(), shared.ExitCode == 0 && shared.Text.Length > 0 ? Path.Combine(user.Root, shared.Text) : null, isPartial);
    }

    private static string? Subsection(string name, string section, string key) =>
        name.Length > section.Length + key.Length && name.StartsWith(section, StringComparison.Ordinal) && name.EndsWith(key, StringComparison.Ordinal) ? name[section.Length..^key.Length] : null;
}
