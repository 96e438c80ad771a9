using System.Text.RegularExpressions;
using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>
/// The placeholders of command arguments: <c>{repo} {worktree} {bundle} {run_id} {worker} {base}</c>. Only a lower-case
/// word in braces counts, so JSON and templates pass untouched; <c>{{word}}</c> stands for a literal <c>{word}</c>.
/// </summary>
public static partial class Placeholders
{
    /// <summary>The names that exist.</summary>
    public static IReadOnlyList<string> Known { get; } = ["repo", "worktree", "bundle", "run_id", "worker", "base"];

    /// <summary>Replaces every placeholder, in one pass: a value is never expanded again.</summary>
    /// <param name="argument">One argument of a command.</param>
    /// <param name="values">The values by name, without braces.</param>
    /// <exception cref="FactoryException">A placeholder has no value here.</exception>
    public static string Expand(string argument, IReadOnlyDictionary<string, string> values) => Shape().Replace(argument, match =>
    {
        if (match.Groups["literal"] is { Success: true } literal) return "{" + literal.Value + "}";
        var name = match.Groups["name"].Value;
        return values.TryGetValue(name, out var value) ? value : throw new FactoryException(
            BlockerKind.Config, $"the placeholder {{{name}}} has no value here, in the argument '{argument}'", Remedy(name));
    });

    /// <summary>The placeholders of an argument that do not exist.</summary>
    public static IEnumerable<string> FindUnknown(string argument) => Shape().Matches(argument)
        .Where(match => match.Groups["name"].Success)
        .Select(match => match.Groups["name"].Value)
        .Where(name => !Known.Contains(name, StringComparer.Ordinal));

    internal static string Remedy(string name) =>
        $"use one of {string.Join(' ', Known.Select(known => $"{{{known}}}"))}, or write {{{{{name}}}}} for a literal {{{name}}}";

    [GeneratedRegex(@"\{\{(?<literal>[a-z][a-z0-9_]*)\}\}|\{(?<name>[a-z][a-z0-9_]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
