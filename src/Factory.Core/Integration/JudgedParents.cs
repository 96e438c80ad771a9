using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Integration;

/// <summary>
/// The commits that stand for the workers in the integrated commit. What a worker handed over is judged as one change of the
/// base; what it committed on the way there is not: a secret that was taken out again would be pushed with the branch. So a
/// worker with a history of its own is stood for by a commit of the same tree without it. The history stays on its branch.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="baseCommit">The base.</param>
/// <param name="identity">Who makes commits.</param>
public sealed class JudgedParents(GitRepository repository, CommitId baseCommit, GitIdentity identity)
{
    /// <summary>Finds them, in the order of the contributions.</summary>
    /// <param name="contributions">What changed something.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FactoryException">git could not read or write a commit.</exception>
    public async Task<IReadOnlyList<CommitId>> FindAsync(IReadOnlyList<Contribution> contributions, CancellationToken cancellationToken)
    {
        var commits = new List<CommitId>();
        var known = await ReadAsync(contributions, cancellationToken).ConfigureAwait(false);
        foreach (var contribution in contributions)
        {
            var (tree, parents) = known[contribution.Commit];
            var message = $"{contribution.Worker}: what was judged of {contribution.Commit}\n\nFactory-Worker: {contribution.Worker}\n";
            commits.Add(parents is [var only] && only == baseCommit ? contribution.Commit : await repository.CommitTreeAsync(tree, [baseCommit], message, identity, cancellationToken).ConfigureAwait(false));
        }

        return commits;
    }

    private async Task<Dictionary<CommitId, (CommitId Tree, IReadOnlyList<CommitId> Parents)>> ReadAsync(IReadOnlyList<Contribution> contributions, CancellationToken cancellationToken)
    {
        if (contributions.Count == 0) return [];
        var call = new GitCall("rev-list", "--no-walk=unsorted", "--no-commit-header", "--format=%H %T %P", "--stdin")
        {
            Input = Encoding.ASCII.GetBytes(string.Concat(contributions.Select(one => one.Commit.Hex + "\n"))),
        };
        var lines = (await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return lines.Select(line => line.TrimEnd().Split(' ')).DistinctBy(ids => ids[0], StringComparer.Ordinal)
            .ToDictionary(ids => CommitId.Parse(ids[0]), ids => (CommitId.Parse(ids[1]), (IReadOnlyList<CommitId>)[.. ids[2..].Select(CommitId.Parse)]));
    }
}
