using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards;

/// <summary>
/// Finds paths of a tree that are one file, or one folder, on some system: <c>README.MD</c> beside <c>readme.md</c>, two
/// normal forms of <c>é</c>, a file where another spelling is a folder, an 8.3 short name beside its long name. Twins that
/// the base has already and nobody touches are left alone.
/// </summary>
public static class NameTwins
{
    /// <summary>Whether changes make a name that could be a twin; if not, no tree has to be listed.</summary>
    public static bool AreOfInterest(IEnumerable<ChangedPath> changes) => changes.Any(IsNewName);

    /// <summary>A blocker for each path that the changes make and that is a twin in the tree after them.</summary>
    /// <param name="worker">Whose changes they are, or null for those of all workers together.</param>
    /// <param name="changes">The changes against the base.</param>
    /// <param name="basePaths">Every path of the base's tree.</param>
    public static IReadOnlyList<Blocker> Find(string? worker, IReadOnlyList<ChangedPath> changes, IReadOnlyList<string> basePaths)
    {
        var made = changes.Where(IsNewName).Select(change => change.Path).Where(path => RelativePath.FindBrokenRule(path) is null).ToHashSet(StringComparer.Ordinal);
        if (made.Count == 0) return [];
        var gone = changes.Where(change => change.Type is ChangeType.Deleted or ChangeType.Renamed).Select(change => change.Type == ChangeType.Renamed ? change.OldPath! : change.Path).ToHashSet(StringComparer.Ordinal);
        var tree = new SpelledNames();
        foreach (var path in basePaths)
            if (!gone.Contains(path) && !made.Contains(path)) tree.Add(path);
        var blockers = new List<Blocker>();
        foreach (var path in made.Order(StringComparer.Ordinal))
        {
            if (tree.FindTwin(path) is { } twin) blockers.Add(Of(worker, path, twin));
            tree.Add(path);
        }

        return blockers;
    }

    private static bool IsNewName(ChangedPath change) => change.Type is ChangeType.Added or ChangeType.Renamed or ChangeType.Copied;

    private static Blocker Of(string? worker, string path, (string Other, string Rule) twin) => new(
        BlockerKind.InvalidPath, worker, path, $"{worker ?? "the workers together"} made '{path}', which is refused: it and '{twin.Other}' are one name on some systems (rule {twin.Rule})",
        "spell the name as it is spelled already, or rename one of the two");

    /// <summary>The names of a tree by folder, under the keys by which file systems compare them.</summary>
    private sealed class SpelledNames
    {
        private readonly Dictionary<string, SpelledNames> _folders = new(StringComparer.Ordinal);
        private readonly HashSet<string> _files = new(StringComparer.Ordinal);
        private readonly Dictionary<string, ShortName> _shortNames = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<string>> _spellings = new(StringComparer.Ordinal);

        public void Add(string path)
        {
            var segments = path.Split('/');
            var folder = this;
            foreach (var segment in segments.AsSpan(0, segments.Length - 1))
            {
                if (!folder._folders.TryGetValue(segment, out var inner))
                {
                    folder._folders.Add(segment, inner = new SpelledNames());
                    folder.AddSpelling(segment);
                }

                folder = inner;
            }

            if (folder._files.Add(segments[^1])) folder.AddSpelling(segments[^1]);
        }

        public (string Other, string Rule)? FindTwin(string path)
        {
            var segments = path.Split('/');
            var folder = this;
            for (var i = 0; i < segments.Length; i++)
            {
                var above = string.Concat(segments.Take(i).Select(segment => segment + "/"));
                var isExisting = i < segments.Length - 1 && folder._folders.ContainsKey(segments[i]);
                if (!isExisting && folder.FindTwinOf(segments[i]) is { } twin) return (above + twin.Other, twin.Rule);
                if (!folder._folders.TryGetValue(segments[i], out var inner)) return null;
                folder = inner;
            }

            return null;
        }

        private (string Other, string Rule)? FindTwinOf(string name)
        {
            if (_spellings.TryGetValue(NameFolding.Twin(name), out var spellings) && spellings.Find(other => other != name) is { } twin)
                return (twin, IsSameText(name, twin) ? "normal_form_twin" : "case_twin");
            var other = ShortName.TryParse(name, out var shortName)
                ? _files.Concat(_folders.Keys).FirstOrDefault(other => other != name && shortName.MayStandFor(other))
                : _shortNames.FirstOrDefault(pair => pair.Value.MayStandFor(name)).Key;
            return other is null ? null : (other, "short_name_twin");
        }

        private static bool IsSameText(string one, string other)
        {
            try
            {
                return one.Normalize() == other.Normalize();
            }
            catch (ArgumentException)
            {
                return false;
            }
        }

        private void AddSpelling(string name)
        {
            if (ShortName.TryParse(name, out var shortName)) _shortNames[name] = shortName;
            var key = NameFolding.Twin(name);
            if (_spellings.TryGetValue(key, out var spellings)) spellings.Add(name);
            else _spellings.Add(key, [name]);
        }
    }
}
