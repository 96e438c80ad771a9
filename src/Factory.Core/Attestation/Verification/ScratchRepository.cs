using Factory.Core.Contracts;
using Factory.Core.Integration;
using Factory.Core.Reporting;
using Factory.Core.Repository;
using Factory.Core.Workers;

namespace Factory.Core.Attestation.Verification;

/// <summary>
/// A repository in a temporary folder that borrows another's objects and takes over its rules of merging, as far as they
/// are data: nothing that the other repository or the user's own configuration would have git run is ever run here.
/// </summary>
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

    private readonly MergeSettings _settings;

    private ScratchRepository(string home, GitRepository repository, MergeSettings settings) => (_home, _repository, _settings) = (home, repository, settings);

    /// <summary>Whether the other repository is a partial clone, which fetches objects when they are asked for; this one does not.</summary>
    public bool IsPartial => _settings.IsPartial;

    private string AttributesFolder => Path.Combine(_home, "attributes");

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
            var git = user.Git.With(Quiet(home));
            await user.RequireAsync(new GitCall("init", "--quiet", "--template=", "--object-format=" + (anyId.Hex.Length == 64 ? "sha256" : "sha1"), root) { WorkingDirectory = root, Environment = git.Environment }, cancellationToken).ConfigureAwait(false);
            var repository = await GitRepository.OpenAsync(git, root, cancellationToken).ConfigureAwait(false);
            var objects = (await user.RequireAsync(new GitCall("rev-parse", "--path-format=absolute", "--git-path", "objects"), cancellationToken).ConfigureAwait(false)).Text;
            var info = Directory.CreateDirectory(Path.Combine(repository.GitDirectory, "objects", "info")).FullName;
            await File.WriteAllTextAsync(Path.Combine(info, "alternates"), objects + "\n", cancellationToken).ConfigureAwait(false);
            Copy(Path.Combine(user.CommonDirectory, "info", "attributes"), Path.Combine(repository.CommonDirectory, "info", "attributes"));
            var settings = await MergeSettings.ReadAsync(user, cancellationToken).ConfigureAwait(false);
            foreach (var (name, value) in settings.Harmless) await repository.RequireAsync(new GitCall("config", "--local", name, value), cancellationToken).ConfigureAwait(false);
            var shared = Path.Combine(home, "shared-attributes");
            if (settings.AttributesFile is { } file && Copy(file, shared)) await repository.RequireAsync(new GitCall("config", "--local", "core.attributesFile", shared), cancellationToken).ConfigureAwait(false);
            return new ScratchRepository(home, repository, settings);
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

    /// <summary>
    /// Lays out the base's attributes, and names what would have had a command take part in the merge: a driver, or a filter
    /// when merges renormalize, of a path that two workers changed.
    /// </summary>
    public async Task<MergeCommands> FindCommandsAsync(CommitId baseCommit, CommitId baseTree, IEnumerable<(string Worker, CommitId Tree)> trees, CancellationToken cancellationToken)
    {
        // A folder of this process alone: nobody can lead these writes astray.
        var files = new RunFiles(_home);
        files.EnsureFolder(AttributesFolder);
        await BaseAttributes.WriteAsync(
            _repository, baseCommit, await _repository.ListPathsAsync(baseTree, cancellationToken).ConfigureAwait(false),
            (path, content) => files.WriteAsync(Path.Combine(AttributesFolder, path), content), cancellationToken).ConfigureAwait(false);
        var changes = new List<IReadOnlyList<ChangedPath>>();
        foreach (var (_, tree) in trees) changes.Add(await _repository.DiffAsync(baseTree, tree, cancellationToken).ConfigureAwait(false));
        return await MergeCommands.FindAsync(_repository, _settings, AttributesFolder, changes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Merges trees onto the base as a run does, after <see cref="FindCommandsAsync"/>.</summary>
    public async Task<MergeOutcome> MergeAsync(CommitId baseTree, IEnumerable<(string Worker, CommitId Tree)> trees, CancellationToken cancellationToken)
    {
        // A base without ancestry: a shallow clone lacks the real one's, and the merge needs nothing but its tree.
        var root = await _repository.CommitTreeAsync(baseTree, [], "Base\n", Nobody, cancellationToken).ConfigureAwait(false);
        var contributions = new List<Contribution>();
        foreach (var (worker, tree) in trees)
            contributions.Add(new Contribution(worker, tree == baseTree ? root : await _repository.CommitTreeAsync(tree, [root], worker + "\n", Nobody, cancellationToken).ConfigureAwait(false), [], new HashSet<string>()));
        return await new TreeMerge(_repository, Nobody).MergeAsync(root, baseTree, contributions, AttributesFolder, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => FolderRemoval.Delete(_home);

    // Neither the system's configuration nor the user's: what is needed of them was copied.
    private static Dictionary<string, string> Quiet(string home)
    {
        var empty = Path.Combine(home, "no-config");
        File.WriteAllBytes(empty, []);
        return new Dictionary<string, string>
        {
            ["GIT_CONFIG_NOSYSTEM"] = "1",
            ["GIT_CONFIG_GLOBAL"] = empty,
            ["GIT_CONFIG_SYSTEM"] = empty,
            ["GIT_CONFIG_COUNT"] = "0",
            ["GIT_CONFIG_PARAMETERS"] = "",
            ["GIT_NO_LAZY_FETCH"] = "1",
        };
    }

    // Attributes only name drivers and filters; without their configuration git runs none.
    private static bool Copy(string from, string to)
    {
        var file = new FileInfo(from);
        if (!RegularFile.Is(file.FullName) || file.Length > LargestAttributes) return false;
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        file.CopyTo(to, overwrite: true);
        return true;
    }
}
