using Factory.Core.Contracts;
using Factory.Core.Integration;
using Factory.Core.Reporting;
using Factory.Core.Repository;
using Factory.Core.Workers;

namespace Factory.Core.Attestation.Verification;

/// <summary>A repository in a temporary folder that borrows another's objects and takes over its rules of merging.</summary>
internal sealed class ScratchRepository : IDisposable
{
    private const int LargestAttributes = 1 << 20;
    private static readonly GitIdentity Nobody = new(new Dictionary<string, string>
    {
        ["GIT_AUTHOR_NAME"] = "Factory",
        ["GIT_AUTHOR_EMAIL"] = "factory@localhost",
        ["GIT_COMMITTER_NAME"] = "Factory",
        ["GIT_COMMITTER_EMAIL"] = "factory@localhost",
    });

    private readonly string _home;
    private readonly GitRepository _repository;

    private ScratchRepository(string home, GitRepository repository, bool isPartial) => (_home, _repository, IsPartial) = (home, repository, isPartial);

    /// <summary>Whether the other repository is a partial clone, which fetches objects when they are asked for; this one does not.</summary>
    public bool IsPartial { get; }

    /// <summary>Makes it.</summary>
    /// <param name="user">The repository whose objects are borrowed.</param>
    /// <param name="anyId">Any object id, which tells the kind of the ids.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    public static async Task<ScratchRepository> CreateAsync(GitRepository user, CommitId anyId, CancellationToken cancellationToken)
    {
        var home = Directory.CreateTempSubdirectory("factory-verify-").FullName;
        try
        {
            var root = Directory.CreateDirectory(Path.Combine(home, "scratch")).FullName;
            await user.RequireAsync(new GitCall("init", "--quiet", "--template=", "--object-format=" + (anyId.Hex.Length == 64 ? "sha256" : "sha1"), root) { WorkingDirectory = root }, cancellationToken).ConfigureAwait(false);
            var repository = await GitRepository.OpenAsync(user.Git, root, cancellationToken).ConfigureAwait(false);
            var objects = (await user.RequireAsync(new GitCall("rev-parse", "--path-format=absolute", "--git-path", "objects"), cancellationToken).ConfigureAwait(false)).Text;
            var info = Directory.CreateDirectory(Path.Combine(repository.GitDirectory, "objects", "info")).FullName;
            await File.WriteAllTextAsync(Path.Combine(info, "alternates"), objects + "\n", cancellationToken).ConfigureAwait(false);
            CopyAttributes(user, repository);
            var isPartial = await CopyConfigAsync(user, repository, cancellationToken).ConfigureAwait(false);
            return new ScratchRepository(home, repository, isPartial);
        }
        catch
        {
            FolderRemoval.Delete(home);
            throw;
        }
    }

    /// <summary>A commit's tree; null when the commit is not there.</summary>
    public async Task<CommitId?> TreeOfAsync(CommitId commit, CancellationToken cancellationToken)
    {
        var answer = await _repository.RunAsync(new GitCall("rev-parse", "--verify", "--quiet", commit.Hex + "^{tree}"), cancellationToken).ConfigureAwait(false);
        return answer.ExitCode == 0 && CommitId.TryParse(answer.Text, out var tree) ? tree : null;
    }

    /// <summary>The tree that a patch makes of another; null and git's words when it does not apply.</summary>
    public async Task<(CommitId? Tree, string Error)> ApplyAsync(CommitId tree, byte[] patch, CancellationToken cancellationToken)
    {
        if (patch.Length == 0) return (tree, "");
        var index = Path.Combine(_home, "index");
        File.Delete(index);
        var call = new GitCall { IndexFile = index };
        var read = await _repository.RunAsync(call with { Arguments = ["read-tree", tree.Hex] }, cancellationToken).ConfigureAwait(false);
        if (read.ExitCode != 0) return (null, read.Error);
        var applied = await _repository.RunAsync(call with { Arguments = ["apply", "--cached", "-"], Input = patch }, cancellationToken).ConfigureAwait(false);
        if (applied.ExitCode != 0) return (null, applied.Error);
        var written = await _repository.RunAsync(call with { Arguments = ["write-tree"] }, cancellationToken).ConfigureAwait(false);
        return written.ExitCode == 0 && CommitId.TryParse(written.Text, out var made) ? (made, "") : (null, written.Error);
    }

    /// <summary>Merges trees onto the base as a run does.</summary>
    public async Task<MergeOutcome> MergeAsync(CommitId baseCommit, CommitId baseTree, IEnumerable<(string Worker, CommitId Tree)> trees, CancellationToken cancellationToken)
    {
        var attributes = Path.Combine(_home, "attributes");
        // A folder of this process alone: nobody can lead these writes astray.
        var files = new RunFiles(_home);
        files.EnsureFolder(attributes);
        await BaseAttributes.WriteAsync(
            _repository, baseCommit, await _repository.ListPathsAsync(baseTree, cancellationToken).ConfigureAwait(false),
            (path, content) => files.WriteAsync(Path.Combine(attributes, path), content), cancellationToken).ConfigureAwait(false);
        // A base without ancestry: a shallow clone lacks the real one's, and the merge needs nothing but its tree.
        var root = await _repository.CommitTreeAsync(baseTree, [], "Base\n", Nobody, cancellationToken).ConfigureAwait(false);
        var contributions = new List<Contribution>();
        foreach (var (worker, tree) in trees)
            contributions.Add(new Contribution(worker, tree == baseTree ? root : await _repository.CommitTreeAsync(tree, [root], worker + "\n", Nobody, cancellationToken).ConfigureAwait(false), [], new HashSet<string>()));
        return await new TreeMerge(_repository, Nobody).MergeAsync(root, baseTree, contributions, attributes, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => FolderRemoval.Delete(_home);

    // Merge drivers and the algorithm of diffs decide what a merge gives, and they may be configured in the repository.
    private static async Task<bool> CopyConfigAsync(GitRepository user, GitRepository scratch, CancellationToken cancellationToken)
    {
        var answer = await user.RunAsync(new GitCall("config", "--local", "-z", "--get-regexp", @"^(merge|diff|remote|extensions)\."), cancellationToken).ConfigureAwait(false);
        var isPartial = false;
        foreach (var field in answer.Fields)
        {
            var end = field.IndexOf('\n', StringComparison.Ordinal);
            var (name, value) = end < 0 ? (field, "true") : (field[..end], field[(end + 1)..]);
            isPartial |= name is "extensions.partialclone" || name.EndsWith(".promisor", StringComparison.Ordinal);
            if (name.StartsWith("merge.", StringComparison.Ordinal) || name.StartsWith("diff.", StringComparison.Ordinal))
                await scratch.RequireAsync(new GitCall("config", "--local", "--add", name, value), cancellationToken).ConfigureAwait(false);
        }

        return isPartial;
    }

    private static void CopyAttributes(GitRepository user, GitRepository scratch)
    {
        var file = new FileInfo(Path.Combine(user.CommonDirectory, "info", "attributes"));
        if (!RegularFile.Is(file.FullName) || file.Length > LargestAttributes) return;
        Directory.CreateDirectory(Path.Combine(scratch.CommonDirectory, "info"));
        file.CopyTo(Path.Combine(scratch.CommonDirectory, "info", "attributes"), overwrite: true);
    }
}
