using System.Globalization;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Repository;

/// <summary>Commits, refs, patches and blobs.</summary>
public static class GitObjects
{
    /// <summary>Makes a commit and names it by no ref.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="tree">Its tree.</param>
    /// <param name="parents">Its parents, in order.</param>
    /// <param name="message">Its message.</param>
    /// <param name="author">Who stands for it when the user has configured no identity.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static Task<CommitId> CommitTreeAsync(
        this GitRepository repository, CommitId tree, IEnumerable<CommitId> parents, string message, GitIdentity author, CancellationToken cancellationToken) =>
        repository.CommitTreeAsync(new CommitRecipe(tree, [.. parents], message, DateTimeOffset.Now), author, cancellationToken);

    /// <summary>Makes a commit and names it by no ref; the same recipe and author give the same commit.</summary>
    public static async Task<CommitId> CommitTreeAsync(this GitRepository repository, CommitRecipe recipe, GitIdentity author, CancellationToken cancellationToken)
    {
        List<string> arguments = ["commit-tree", recipe.Tree.Hex];
        foreach (var parent in recipe.Parents) arguments.AddRange(["-p", parent.Hex]);
        var call = new GitCall(arguments) { Input = Encoding.UTF8.GetBytes(recipe.Message), Environment = recipe.Dated(author.Variables) };
        return CommitId.Parse((await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Text);
    }

    /// <summary>Whether the repository has every object of these commits that another commit does not have.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="commits">The commits.</param>
    /// <param name="without">What is left out: the base.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<bool> AreWholeAsync(this GitRepository repository, IEnumerable<CommitId> commits, CommitId without, CancellationToken cancellationToken)
    {
        var input = string.Concat(commits.Select(commit => commit.Hex + "\n")) + $"^{without.Hex}\n";
        // A partial clone does without some objects on purpose.
        var call = new GitCall("rev-list", "--objects", "--quiet", "--missing=allow-promisor", "--stdin") { Input = Encoding.UTF8.GetBytes(input) };
        return (await repository.RunAsync(call, cancellationToken).ConfigureAwait(false)).ExitCode == 0;
    }

    /// <summary>
    /// Puts a commit that a ref names, and all that it has beyond another one, into a pack: a <c>git prune</c> that began before there
    /// was the ref still deletes loose objects, and no pack.
    /// </summary>
    /// <exception cref="FactoryException">An object is missing.</exception>
    public static Task PackAsync(this GitRepository repository, CommitId commit, CommitId? without, CancellationToken cancellationToken)
    {
        var call = new GitCall("pack-objects", "--revs", "--quiet", Path.Combine(repository.CommonDirectory, "objects", "pack", "pack"))
        {
            Input = Encoding.UTF8.GetBytes(commit.Hex + "\n" + (without is { } known ? $"^{known.Hex}\n" : "")),
        };
        return repository.RequireAsync(call, cancellationToken);
    }

    /// <summary>Makes a ref that must not exist yet.</summary>
    /// <exception cref="FactoryException">The ref exists, or git refuses its name.</exception>
    public static Task CreateRefAsync(this GitRepository repository, string name, CommitId target, CancellationToken cancellationToken) =>
        repository.RequireAsync(new GitCall("update-ref", "--no-deref", name, target.Hex, new string('0', target.Hex.Length)), cancellationToken);

    /// <summary>Deletes a ref that must still point where the caller left it.</summary>
    public static Task DeleteRefAsync(this GitRepository repository, string name, CommitId expected, CancellationToken cancellationToken) =>
        repository.RequireAsync(new GitCall("update-ref", "--no-deref", "-d", name, expected.Hex), cancellationToken);

    /// <summary>The commits that the refs under a prefix point at, by full ref name.</summary>
    /// <exception cref="FactoryException">A name stands twice in <c>packed-refs</c>, so that nobody can tell which commit it has.</exception>
    public static async Task<IReadOnlyDictionary<string, CommitId>> ListRefsAsync(this GitRepository repository, string prefix, CancellationToken cancellationToken)
    {
        var call = new GitCall("for-each-ref", "--format=%(objectname) %(refname)", prefix);
        var text = (await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Text;
        var refs = new Dictionary<string, CommitId>(StringComparer.Ordinal);
        foreach (var parts in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ', 2)))
        {
            if (!refs.TryAdd(parts[1], CommitId.Parse(parts[0])))
                throw new FactoryException(BlockerKind.Escape, $"the ref {parts[1]} stands twice in packed-refs, which git never writes", "find out who wrote it, delete the lines that are not yours from packed-refs in the git folder, and run again", parts[1]);
        }

        return refs;
    }

    /// <summary>The tree of a commit.</summary>
    public static async Task<CommitId> TreeOfAsync(this GitRepository repository, CommitId commit, CancellationToken cancellationToken) =>
        CommitId.Parse((await repository.RequireAsync(new GitCall("rev-parse", "--verify", commit.Hex + "^{tree}"), cancellationToken).ConfigureAwait(false)).Text);

    /// <summary>Writes the difference of two commits as a patch that <c>git apply --index</c> turns from one into the other.</summary>
    public static async Task WritePatchAsync(this GitRepository repository, CommitId from, CommitId to, Stream target, CancellationToken cancellationToken)
    {
        if (from == to) return;
        var call = new GitCall("diff-tree", "-r", "-p", "--binary", "--full-index", "-M", "-C", "--no-ext-diff", "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", from.Hex, to.Hex)
        {
            WorkingDirectory = repository.Root,
        };
        var (code, error) = await repository.RunAsync(call, (stream, token) => stream.CopyToAsync(target, token), cancellationToken).ConfigureAwait(false);
        if (code != 0) throw GitRepository.Failed(call, code, error);
    }
}

/// <summary>All that decides a commit's id, but who makes it.</summary>
/// <param name="Tree">Its tree.</param>
/// <param name="Parents">Its parents, in order.</param>
/// <param name="Message">Its message.</param>
/// <param name="Time">Its time; where the caller's environment gives git one, that counts.</param>
public sealed record CommitRecipe(CommitId Tree, IReadOnlyList<CommitId> Parents, string Message, DateTimeOffset Time)
{
    internal Dictionary<string, string> Dated(IReadOnlyDictionary<string, string> variables)
    {
        var dated = new Dictionary<string, string>(variables);
        var zone = Time.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        foreach (var name in (string[])["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"])
            if (Environment.GetEnvironmentVariable(name) is null) dated.TryAdd(name, string.Create(CultureInfo.InvariantCulture, $"@{Time.ToUnixTimeSeconds()} {zone}"));
        return dated;
    }
}

/// <summary>Who makes Factory's commits: the user's own identity, or a stand-in where none is configured.</summary>
/// <param name="Variables">Variables for git; empty when the user has an identity.</param>
public sealed record GitIdentity(IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>Finds the identity that git would use, and stands in for what is missing.</summary>
    public static async Task<GitIdentity> FindAsync(GitRepository repository, CancellationToken cancellationToken)
    {
        var configured = await repository.RunAsync(new GitCall("config", "-z", "--get-regexp", @"^user\.(name|email)$"), cancellationToken).ConfigureAwait(false);
        var names = configured.Fields.Select(field => field.Split('\n')[0]).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var variables = new Dictionary<string, string>();
        foreach (var role in (string[])["AUTHOR", "COMMITTER"])
        {
            if (!names.Contains("user.name") && Environment.GetEnvironmentVariable($"GIT_{role}_NAME") is null) variables[$"GIT_{role}_NAME"] = "Factory";
            if (!names.Contains("user.email") && Environment.GetEnvironmentVariable($"GIT_{role}_EMAIL") is null && Environment.GetEnvironmentVariable("EMAIL") is null)
                variables[$"GIT_{role}_EMAIL"] = "factory@localhost";
        }

        return new GitIdentity(variables);
    }
}
