using System.Text.RegularExpressions;
using Factory.Core.Contracts;

namespace Factory.Core.Repository;

/// <summary>The version of the git program, and whether it is new enough.</summary>
public static partial class GitVersion
{
    /// <summary>The oldest version with <c>git merge-tree --write-tree</c>.</summary>
    public static Version Oldest { get; } = new(2, 38);

    /// <summary>Asks git for its version.</summary>
    /// <exception cref="FactoryException">git is missing, or older than <see cref="Oldest"/>.</exception>
    public static async Task<Version> RequireAsync(Git git, CancellationToken cancellationToken)
    {
        var answer = await new GitWatch([], git.Environment, cancellationToken).RunAsync(token => git.RunAsync(new GitCall("version"), token), [], cancellationToken).ConfigureAwait(false);
        return Check(answer.Text);
    }

    /// <summary>Reads the answer of <c>git version</c>.</summary>
    /// <exception cref="FactoryException">The version cannot be read, or is older than <see cref="Oldest"/>.</exception>
    public static Version Check(string answer)
    {
        var match = Shape().Match(answer);
        if (!match.Success || !Version.TryParse(match.Value, out var version))
            throw new FactoryException(BlockerKind.Config, $"'git version' answered '{answer}', which is not a version", "check that the git on PATH is git");
        return version >= Oldest ? version : throw new FactoryException(
            BlockerKind.Config, $"git {version} is too old: Factory merges with 'git merge-tree --write-tree', which needs {Oldest} or newer", $"install git {Oldest} or newer and put it first on PATH");
    }

    [GeneratedRegex(@"[0-9]+\.[0-9]+(\.[0-9]+)?", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
