using Factory.Core.Configuration;
using Microsoft.Extensions.FileSystemGlobbing;

namespace Factory.Core.Guards;

/// <summary>
/// Globs that mean the same everywhere in Factory: those of Microsoft.Extensions.FileSystemGlobbing, less what
/// <see cref="GlobSyntax"/> refuses. Paths have <c>/</c> separators and are relative.
/// </summary>
public sealed class GlobSet
{
    private readonly Matcher _any;
    private readonly (string Glob, Lazy<Matcher> Matcher)[] _each;

    /// <summary>Creates a set.</summary>
    /// <param name="globs">The globs, in the order in which <see cref="FirstMatch"/> tries them.</param>
    /// <param name="ignoreCase">Whether <c>A</c> and <c>a</c> are the same, ordinally.</param>
    /// <exception cref="FormatException">A glob is refused; the message says why.</exception>
    public GlobSet(IEnumerable<string> globs, bool ignoreCase)
    {
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        Globs = [.. globs];
        _any = new Matcher(comparison);
        foreach (var glob in Globs)
        {
            if (GlobSyntax.Explain(glob) is { } reason) throw new FormatException($"glob '{glob}': {reason}");
            _any.AddInclude(glob);
        }

        _each = [.. Globs.Select(glob => (glob, new Lazy<Matcher>(() => new Matcher(comparison).AddInclude(glob))))];
    }

    /// <summary>The globs.</summary>
    public IReadOnlyList<string> Globs { get; }

    /// <summary>The paths that at least one glob matches.</summary>
    public IReadOnlySet<string> Match(IEnumerable<string> paths) => Run(_any, PathTree.Of(paths));

    /// <summary>The first glob that matches a path, or null. For many paths, ask <see cref="Match"/> first.</summary>
    public string? FirstMatch(string path)
    {
        if (_each.Length == 0) return null;
        var tree = PathTree.Of([path]);
        return Array.Find(_each, each => each.Matcher.Value.Execute(tree).HasMatches).Glob;
    }

    /// <summary>The globs that match none of the paths.</summary>
    public IReadOnlyList<string> FindUnmatched(IEnumerable<string> paths)
    {
        var tree = PathTree.Of(paths);
        return [.. _each.Where(each => !each.Matcher.Value.Execute(tree).HasMatches).Select(each => each.Glob)];
    }

    private static HashSet<string> Run(Matcher matcher, PathTree tree) =>
        matcher.Execute(tree).Files.Select(match => match.Path).ToHashSet(StringComparer.Ordinal);
}
