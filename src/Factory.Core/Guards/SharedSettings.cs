using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards;

/// <summary>
/// What all worktrees of a repository share and what decides how git captures and merges: a worker that changes it would
/// change the verdict on others.
/// </summary>
public static class SharedSettings
{
    private static readonly string[] Sections = ["core.", "merge.", "filter.", "diff.", "include.", "includeif.", "apply.", "index."];

    /// <summary>Reads it: the digests of <c>info/attributes</c> and <c>info/exclude</c>, and settings of the repository.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in (string[])["attributes", "exclude"])
        {
            var file = Path.Combine(repository.CommonDirectory, "info", name);
            settings["info/" + name] = File.Exists(file) ? Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false))) : "";
        }

        var call = new GitCall("config", "--file", Path.Combine(repository.CommonDirectory, "config"), "-z", "--list");
        foreach (var field in (await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Fields)
        {
            var name = field.Split('\n', 2)[0];
            if (Sections.Any(section => name.StartsWith(section, StringComparison.OrdinalIgnoreCase))) settings[name] = settings.GetValueOrDefault(name) + "\0" + field;
        }

        return settings;
    }

    /// <summary>One blocker for each setting that is not as it was.</summary>
    public static IEnumerable<Blocker> Compare(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after) =>
        before.Keys.Union(after.Keys, StringComparer.Ordinal)
            .Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name))
            .Order(StringComparer.Ordinal)
            .Select(name => new Blocker(
                BlockerKind.Escape, null, name, $"{name} of the repository, which all worktrees share, was changed while the workers ran",
                "look at it in the repository's .git folder, put it back, find the worker in its logs, and run again"));
}
