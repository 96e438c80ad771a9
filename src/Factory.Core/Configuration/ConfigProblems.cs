using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>Everything that is wrong with a configuration, in the order in which it was found.</summary>
internal sealed class ConfigProblems
{
    private readonly List<Blocker> _all = [];

    public IReadOnlyList<Blocker> All => _all;

    public void Add(string at, string message, string nextAction, BlockerKind kind = BlockerKind.Config, string? worker = null) =>
        _all.Add(new(kind, worker, at, message, nextAction));

    /// <summary>A value of the wrong type, or outside its range.</summary>
    public void Mismatch(ConfigNode node, string expected) =>
        Add(node.At, $"{Name(node)}: expected {expected}, found {node.Found}", $"write {expected} there");

    /// <summary>A value of the right type that breaks a rule.</summary>
    public void Broken(ConfigNode node, string reason, string nextAction = "correct the value") => Add(node.At, $"{Name(node)}: {reason}", nextAction);

    /// <summary>A name that does not exist where it stands.</summary>
    /// <param name="at">Where it stands.</param>
    /// <param name="path">The full name as it is written.</param>
    /// <param name="known">The full names that exist there.</param>
    /// <param name="what">What it names, for example <c>key</c>.</param>
    /// <param name="elsewhere">Full names of other places, proposed when none of <paramref name="known"/> is near.</param>
    public void Unknown(string at, string path, IReadOnlyCollection<string> known, string what = "key", IEnumerable<string>? elsewhere = null)
    {
        var nearest = NearestLeaf(path, known) ?? NearestLeaf(path, elsewhere ?? []);
        var question = nearest is null ? "" : $"; did you mean '{nearest}'?";
        var choices = known.Count == 0 ? "remove it" : $"remove it, or use one of: {string.Join(", ", known)}";
        Add(at, $"unknown {what} '{path}'{question}", nearest is null ? choices : $"write '{nearest}', or remove it");
    }

    private static string Name(ConfigNode node) => node.Path.Length == 0 ? "the document" : node.Path;

    // Full names share so much that only their last words tell them apart; and a key in the wrong section has the right one.
    private static string? NearestLeaf(string path, IEnumerable<string> known)
    {
        var byLeaf = known.GroupBy(Leaf, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
        return NearestName.Find(Leaf(path), byLeaf.Keys) is { } leaf ? byLeaf[leaf] : null;
    }

    private static string Leaf(string path) => path[(path.LastIndexOf('.') + 1)..];
}
