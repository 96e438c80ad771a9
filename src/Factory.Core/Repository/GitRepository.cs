using Factory.Core.Contracts;

namespace Factory.Core.Repository;

/// <summary>
/// One repository with a work tree, as typed calls of git's plumbing. Nothing here writes to the user's checkout, index or
/// HEAD.
/// </summary>
public sealed class GitRepository
{
    private const int InterruptedOnUnix = 128 + 2;
    private const int InterruptedOnWindows = unchecked((int)0xC000013A);

    private readonly GitWatch _watch;

    private GitRepository(Git git, string root, string gitDirectory, string commonDirectory, CancellationToken stop)
    {
        _watch = new GitWatch([commonDirectory, gitDirectory], git.Environment, stop);
        Git = git;
        Root = root;
        GitDirectory = gitDirectory;
        CommonDirectory = commonDirectory;
    }

    /// <summary>The program.</summary>
    public Git Git { get; }

    /// <summary>The top folder of the user's checkout, absolute.</summary>
    public string Root { get; }

    /// <summary>The administrative folder of the user's checkout, absolute.</summary>
    public string GitDirectory { get; }

    /// <summary>The administrative folder that all worktrees share, absolute.</summary>
    public string CommonDirectory { get; }

    /// <summary>Opens the repository that a folder is in.</summary>
    /// <param name="git">The program.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="cancellationToken">Ends the call, and makes later ones that do not end by themselves end soon.</param>
    /// <exception cref="FactoryException">The folder does not exist, is in no repository, or the repository is bare; or git waits for a pipe.</exception>
    public static async Task<GitRepository> OpenAsync(Git git, string folder, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(folder);
        if (!Directory.Exists(path))
            throw new FactoryException(BlockerKind.Config, $"the folder {path} does not exist", "give the path of a git repository", path);
        var call = new GitCall("rev-parse", "--path-format=absolute", "--is-bare-repository", "--git-dir", "--git-common-dir", "--show-toplevel") { WorkingDirectory = path };
        var answer = await new GitWatch(GitFoldersAbove(path), git.Environment, cancellationToken).RunAsync(token => git.RunAsync(call, token), [path], cancellationToken).ConfigureAwait(false);
        var lines = answer.Text.Split('\n');
        if (lines[0] == "true")
            throw new FactoryException(BlockerKind.Config, $"{path} is a bare repository, which has no checkout to work from", "clone it and run Factory in the clone", path);
        if (answer.ExitCode != 0 || lines.Length != 4) throw NotARepository(path, answer.Error);
        return new GitRepository(git, Path.GetFullPath(lines[3]), Path.GetFullPath(lines[1]), Path.GetFullPath(lines[2]), cancellationToken);
    }

    // Only git knows which is the repository's, and it does not answer.
    private static List<string> GitFoldersAbove(string folder)
    {
        var found = new List<string>();
        for (var above = folder; above is not null; above = Path.GetDirectoryName(above)) found.Add(Path.Combine(above, ".git"));
        return found;
    }

    /// <summary>Runs git in the user's checkout; only for calls that do not write to it.</summary>
    /// <exception cref="FactoryException">git waits for something that is no file, or did not end within the call's patience.</exception>
    public Task<GitOutput> RunAsync(GitCall call, CancellationToken cancellationToken) =>
        WatchAsync(InCheckout(call), Git.RunAsync, cancellationToken);

    /// <summary>As <see cref="RunAsync(GitCall, CancellationToken)"/>, handing git's standard output to a reader as it comes.</summary>
    /// <inheritdoc cref="RunAsync(GitCall, CancellationToken)" path="/exception"/>
    public Task<(int ExitCode, string Error)> RunAsync(GitCall call, Func<Stream, CancellationToken, Task> read, CancellationToken cancellationToken) =>
        WatchAsync(InCheckout(call), (inCheckout, token) => Git.RunAsync(inCheckout, read, token), cancellationToken);

    private GitCall InCheckout(GitCall call) =>
        call.WorkingDirectory is null && call.WorkTree is null && call.GitDirectory is null ? call with { WorkingDirectory = Root } : call;

    private Task<T> WatchAsync<T>(GitCall call, Func<GitCall, CancellationToken, Task<T>> run, CancellationToken cancellationToken) =>
        _watch.RunAsync(token => run(call, token), [call.WorkTree ?? call.WorkingDirectory ?? Root, Root], cancellationToken);

    /// <summary>Runs git and requires success.</summary>
    /// <exception cref="FactoryException">git failed; the message is git's own.</exception>
    public async Task<GitOutput> RequireAsync(GitCall call, CancellationToken cancellationToken)
    {
        var output = await RunAsync(call, cancellationToken).ConfigureAwait(false);
        // Ctrl+C in a terminal reaches git too; what must still be done, such as keeping a worker's edits, is done again.
        if (output.ExitCode is InterruptedOnUnix or InterruptedOnWindows && !cancellationToken.IsCancellationRequested)
            output = await RunAsync(call, cancellationToken).ConfigureAwait(false);
        return output.ExitCode == 0 ? output : throw Failed(call, output.ExitCode, output.Error);
    }

    /// <summary>The failure of a call of git that should have worked.</summary>
    public static FactoryException Failed(GitCall call, int exitCode, string error) => new(
        new Blocker(BlockerKind.Check, null, null, $"git {call.Arguments[0]} ended with {exitCode}: {error}", "mend what git reports and run again"),
        RunStatus.Fail);

    /// <summary>Finds the commit and the tree that a ref names.</summary>
    /// <exception cref="FactoryException">The ref begins with '-', does not exist, is ambiguous, or names no commit.</exception>
    public async Task<(CommitId Commit, CommitId Tree)> ResolveAsync(string reference, CancellationToken cancellationToken)
    {
        if (reference.Length == 0 || reference[0] == '-' || reference[0] == '^' || reference.AsSpan().ContainsAny("\n\0") || reference.Contains("..", StringComparison.Ordinal))
            throw BadRef(reference, "is not the name of one commit: it is empty, begins with '-' or '^', or has '..' or a line feed");
        // The option that ends options is not understood by every command of 2.38; a ref that begins with '-' is refused above.
        var call = new GitCall("rev-list", "--max-count=1", "--no-commit-header", "--format=%H %T", reference + "^{commit}", "--");
        var answer = await RunAsync(call, cancellationToken).ConfigureAwait(false);
        if (answer.Error.Contains("is ambiguous", StringComparison.Ordinal))
            throw BadRef(reference, "is ambiguous: more than one branch, tag or commit has this name");
        var parts = answer.Text.Split(' ');
        if (answer.ExitCode == 0 && parts.Length == 2) return (CommitId.Parse(parts[0]), CommitId.Parse(parts[1]));
        if (await HasNoCommitsAsync(cancellationToken).ConfigureAwait(false))
            throw new FactoryException(BlockerKind.Config, $"the repository {Root} has no commits yet, so there is nothing to start from", "make a first commit and run again", Root);
        throw BadRef(reference, "names no commit in this repository");
    }

    /// <summary>Every path in a tree.</summary>
    public async Task<IReadOnlyList<string>> ListPathsAsync(CommitId tree, CancellationToken cancellationToken) =>
        (await RequireAsync(new GitCall("ls-tree", "-r", "-z", "--name-only", "--full-tree", tree.Hex), cancellationToken).ConfigureAwait(false)).Fields;

    /// <summary>What changed between two trees or commits, renames and copies found.</summary>
    public async Task<IReadOnlyList<ChangedPath>> DiffAsync(CommitId from, CommitId to, CancellationToken cancellationToken)
    {
        if (from == to) return [];
        var call = new GitCall("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "-M", "-C", from.Hex, to.Hex);
        return ChangedPath.ParseRaw((await RequireAsync(call, cancellationToken).ConfigureAwait(false)).Fields);
    }

    private async Task<bool> HasNoCommitsAsync(CancellationToken cancellationToken) =>
        (await RunAsync(new GitCall("rev-list", "--max-count=1", "--all"), cancellationToken).ConfigureAwait(false)) is { ExitCode: 0, Output.Length: 0 }
        && (await RunAsync(new GitCall("rev-parse", "--verify", "--quiet", "HEAD"), cancellationToken).ConfigureAwait(false)).ExitCode != 0;

    private static FactoryException NotARepository(string path, string error) =>
        error.Contains("dubious ownership", StringComparison.Ordinal)
            ? new FactoryException(BlockerKind.Config, $"git does not trust {path}: another user owns it", $"if you trust it: git config --global --add safe.directory '{path}'", path)
            : new FactoryException(BlockerKind.Config, $"{path} is not in a git repository's checkout", "run in a repository, give the path of one, or make one with 'git init'", path);

    private static FactoryException BadRef(string reference, string why) =>
        new(BlockerKind.Config, $"base ref '{reference}' {why}", "give an existing branch, tag or commit as the base ref, or in run.base_ref; 'git show-ref' lists them", reference);
}
