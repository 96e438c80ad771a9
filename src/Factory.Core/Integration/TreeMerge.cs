using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Integration;

/// <summary>How one worker's commit went into the merged tree.</summary>
/// <param name="Worker">The worker.</param>
/// <param name="IsClean">Whether it merged without a textual conflict.</param>
/// <param name="ConflictedPaths">The paths in conflict.</param>
/// <param name="Messages">What git said about the conflicts.</param>
public sealed record MergeStep(string Worker, bool IsClean, IReadOnlyList<string> ConflictedPaths, string Messages);

/// <summary>The outcome of merging the contributions.</summary>
/// <param name="Tree">The merged tree of all contributions that merged cleanly.</param>
/// <param name="Steps">One step for each contribution, in order.</param>
public sealed record MergeOutcome(CommitId Tree, IReadOnlyList<MergeStep> Steps);

/// <summary>
/// Three-way merge of every contribution onto the base with <c>git merge-tree</c>: no checkout, no index of the user's.
/// The order is that of the worker ids, so the same contributions give the same tree whoever finished first.
/// </summary>
public sealed class TreeMerge(GitRepository repository, GitIdentity identity)
{
    /// <summary>Merges.</summary>
    /// <param name="baseCommit">The base commit, which is every contribution's merge base.</param>
    /// <param name="baseTree">Its tree.</param>
    /// <param name="contributions">What to merge.</param>
    /// <param name="attributesFolder">A folder that holds the base's <c>.gitattributes</c> files and nothing else.</param>
    /// <param name="cancellationToken">Ends the work between two steps.</param>
    /// <exception cref="FactoryException">git itself failed, which is never taken for the absence of a conflict.</exception>
    public async Task<MergeOutcome> MergeAsync(
        CommitId baseCommit, CommitId baseTree, IEnumerable<Contribution> contributions, string attributesFolder, CancellationToken cancellationToken)
    {
        var tree = baseTree;
        var merged = baseCommit;
        var steps = new List<MergeStep>();
        foreach (var contribution in contributions.OrderBy(one => one.Worker, StringComparer.Ordinal))
        {
            if (contribution.Commit == baseCommit)
            {
                steps.Add(new MergeStep(contribution.Worker, true, [], ""));
                continue;
            }

            var (result, step) = await MergeOneAsync(merged, contribution, attributesFolder, cancellationToken).ConfigureAwait(false);
            steps.Add(step);
            if (!step.IsClean) continue;
            tree = result;
            // The next merge needs a commit whose only ancestry is the base, so that the base is the merge base again.
            merged = await repository.CommitTreeAsync(tree, [baseCommit], "Merged so far\n", identity, cancellationToken).ConfigureAwait(false);
        }

        return new MergeOutcome(tree, steps);
    }

    private async Task<(CommitId Tree, MergeStep Step)> MergeOneAsync(CommitId merged, Contribution contribution, string attributesFolder, CancellationToken cancellationToken)
    {
        var call = new GitCall("merge-tree", "--write-tree", "-z", "--name-only", "--messages", merged.Hex, contribution.Commit.Hex)
        {
            // Merge drivers and line-ending rules come from the base commit, not from what the user's checkout holds now.
            GitDirectory = repository.CommonDirectory,
            WorkTree = attributesFolder,
            WorkingDirectory = attributesFolder,
        };
        var answer = await repository.RunAsync(call, cancellationToken).ConfigureAwait(false);
        if (answer.ExitCode is not (0 or 1)) throw GitRepository.Failed(call, answer.ExitCode, answer.Error);
        var end = answer.Output.AsSpan().IndexOf((byte)0);
        if (end < 0 || !CommitId.TryParse(Encoding.ASCII.GetString(answer.Output.AsSpan(0, end)), out var tree))
            throw GitRepository.Failed(call, answer.ExitCode, "the answer does not begin with a tree id");
        if (answer.ExitCode == 0) return (tree, new MergeStep(contribution.Worker, true, [], ""));
        var (paths, messages) = ParseConflict(NulFields.Split(answer.Output.AsSpan(end + 1)));
        return (tree, new MergeStep(contribution.Worker, false, paths, messages));
    }

    // Conflicted names, an empty field, then messages as: count NUL, that many paths, type NUL, text NUL.
    private static (IReadOnlyList<string> Paths, string Messages) ParseConflict(IReadOnlyList<string> fields)
    {
        var names = fields.TakeWhile(field => field.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var messages = new StringBuilder();
        for (var i = fields.TakeWhile(field => field.Length > 0).Count() + 1; i < fields.Count;)
        {
            if (!int.TryParse(fields[i], out var count) || i + count + 2 >= fields.Count) break;
            var (type, text) = (fields[i + count + 1], fields[i + count + 2].TrimEnd('\n'));
            if (type.StartsWith("CONFLICT", StringComparison.Ordinal)) messages.Append(text).Append('\n');
            i += count + 3;
        }

        return (names, messages.ToString());
    }
}
