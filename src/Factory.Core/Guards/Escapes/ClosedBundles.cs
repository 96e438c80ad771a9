namespace Factory.Core.Guards.Escapes;

/// <summary>The bundles of workers that have ended, as they were closed; safe to use from several threads.</summary>
public sealed class ClosedBundles
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Dictionary<string, string>> _bundles = new(StringComparer.Ordinal);

    /// <summary>Takes the state of a bundle.</summary>
    public void Add(string worker, string folder)
    {
        var state = Read(folder);
        lock (_gate) _bundles[folder] = state;
    }

    /// <summary>Every file that is not as it was, by its worker's name and its own; each change is told once.</summary>
    public IReadOnlyList<Escape> TakeChanges()
    {
        lock (_gate)
        {
            var found = new List<Escape>();
            foreach (var folder in _bundles.Keys.Order(StringComparer.Ordinal).ToList())
            {
                var after = Read(folder);
                found.AddRange(Compare(folder, _bundles[folder], after).OrderBy(escape => escape.Name, StringComparer.Ordinal));
                _bundles[folder] = after;
            }

            return found;
        }
    }

    private static IEnumerable<Escape> Compare(string folder, Dictionary<string, string> before, Dictionary<string, string> after)
    {
        foreach (var name in before.Keys.Union(after.Keys, StringComparer.Ordinal))
        {
            var (old, now) = (before.GetValueOrDefault(name), after.GetValueOrDefault(name));
            if (old != now) yield return new Escape(EscapeArea.Bundle, $"{Path.GetFileName(folder)}/{name}", old is null ? "was made" : now is null ? "was deleted" : "was changed", $"-{old}\n+{now}");
        }
    }

    private static Dictionary<string, string> Read(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        // Two names that are no text may read alike.
        var state = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in FolderFiles.Of(folder)) state[Path.GetRelativePath(folder, file).Replace('\\', '/')] = FileState.Of(file);
        return state;
    }
}
