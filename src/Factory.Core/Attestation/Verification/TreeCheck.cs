using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Attestation.Verification;

/// <summary>
/// Makes the recorded trees again: base and each worker's DIFF.patch, then their merge, in a scratch repository that
/// borrows the objects of the user's and never writes there.
/// </summary>
internal static class TreeCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static async Task RunAsync(
        RunContents contents, RunVerificationRequest request, RunManifestDocument? manifest, ProvenanceStatement? statement, VerificationFindings findings, CancellationToken cancellationToken)
    {
        var (message, notChecked) = ("", (string?)null);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            if (statement is null) notChecked = "there is no provenance that could be believed";
            else if (manifest is null || !CommitId.TryParse(statement.BaseCommit, out var baseCommit)) notChecked = "the run names no base commit";
            else if (findings.IsBlocked) notChecked = "the patches are not those that were recorded, or something else is wrong already";
            else (message, notChecked) = await RebuildAsync(contents, request, manifest, statement, baseCommit, findings, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            notChecked = $"git did not end within {Patience.TotalMinutes:0} minutes";
        }
        catch (Exception error) when (error is FactoryException or IOException or UnauthorizedAccessException)
        {
            notChecked = error.Message;
        }

        findings.End("tree", message, notChecked);
    }

    private static async Task<(string Message, string? NotChecked)> RebuildAsync(
        RunContents contents, RunVerificationRequest request, RunManifestDocument manifest, ProvenanceStatement statement, CommitId baseCommit, VerificationFindings findings, CancellationToken cancellationToken)
    {
        var user = await GitRepository.OpenAsync(new Git(), request.Repository ?? contents.Folder, cancellationToken).ConfigureAwait(false);
        using var scratch = await ScratchRepository.CreateAsync(user, baseCommit, cancellationToken).ConfigureAwait(false);
        if (await scratch.TreeOfAsync(baseCommit, cancellationToken).ConfigureAwait(false) is not { } baseTree) return ("", $"the base commit {baseCommit} is not in the repository {user.Root}");
        if (statement.BaseTree is { } recorded && recorded != baseTree.Hex) findings.Wrong($"the base commit's tree is {baseTree}, not {recorded} as recorded");
        var results = statement.Byproducts.Where(one => one.Annotations.GetValueOrDefault("worker") is string).DistinctBy(one => one.Annotations["worker"]).ToDictionary(one => (string)one.Annotations["worker"]!, one => one.Annotations, StringComparer.Ordinal);
        var (contributions, skipped) = (new List<(string Worker, CommitId Tree)>(), new List<string>());
        foreach (var worker in manifest.Workers.Order(StringComparer.Ordinal))
        {
            if (!results.TryGetValue(worker, out var facts) || !CommitId.TryParse(facts.GetValueOrDefault("commit") as string, out var commit)) continue;
            var inRepository = await scratch.TreeOfAsync(commit, cancellationToken).ConfigureAwait(false);
            var expected = CommitId.TryParse(facts.GetValueOrDefault("tree") as string, out var known) ? known : inRepository;
            if (expected is null) skipped.Add($"the tree of {worker} was not recorded, and its commit {commit} is not in the repository");
            if (inRepository is { } found && expected is { } wanted && found != wanted) findings.Wrong($"the commit {commit} of {worker} has the tree {found}, not {wanted} as recorded");
            if (await PatchedAsync(scratch, contents, worker, baseTree, findings, skipped, cancellationToken).ConfigureAwait(false) is not { } tree) continue;
            if (expected is { } one && one != tree) findings.Wrong($"base and {worker}/{BundleFile.DiffPatch} give the tree {tree}, not {one} as recorded", $"{worker}/{BundleFile.DiffPatch}");
            contributions.Add((worker, tree));
        }

        var message = $"base and patches give the recorded trees of {contributions.Count} workers";
        if (CommitId.TryParse(statement.IntegratedTree, out var integrated) && skipped.Count == 0)
        {
            await CompareIntegratedAsync(scratch, contents, statement, baseCommit, baseTree, integrated, contributions, findings, skipped, cancellationToken).ConfigureAwait(false);
            message += $", and their merge the integrated tree {integrated}";
        }

        return (message, skipped.Count > 0 ? string.Join("; ", skipped) : null);
    }

    private static async Task CompareIntegratedAsync(
        ScratchRepository scratch, RunContents contents, ProvenanceStatement statement, CommitId baseCommit, CommitId baseTree, CommitId integrated,
        List<(string Worker, CommitId Tree)> contributions, VerificationFindings findings, List<string> skipped, CancellationToken cancellationToken)
    {
        var commands = await scratch.FindCommandsAsync(baseCommit, baseTree, contributions, cancellationToken).ConfigureAwait(false);
        if (commands.Configured.Count > 0) skipped.Add($"a merge driver of the repository ({string.Join(", ", commands.Configured)}) takes part, and verification runs no commands of a repository");
        else
        {
            var merged = await scratch.MergeAsync(baseTree, contributions, cancellationToken).ConfigureAwait(false);
            var conflict = merged.Steps.FirstOrDefault(step => !step.IsClean);
            var isOther = conflict is not null || merged.Tree != integrated;
            // The run may have had a driver that this clone does not have.
            if (isOther && commands.Unknown.Count > 0) skipped.Add($"the base's attributes name a merge driver ({string.Join(", ", commands.Unknown)}) that is not configured here, and without it the merge gives another tree");
            else if (conflict is not null) findings.Wrong($"the change of {conflict.Worker} does not merge, though an integrated tree was recorded");
            else if (isOther) findings.Wrong($"the workers' changes merge to the tree {merged.Tree}, not {integrated} as recorded");
        }

        if (await PatchedAsync(scratch, contents, WorkerId.Integrator, baseTree, findings, skipped, cancellationToken).ConfigureAwait(false) is { } patched && patched != integrated)
            findings.Wrong($"base and {WorkerId.Integrator}/{BundleFile.DiffPatch} give the tree {patched}, not {integrated} as recorded");
        if (CommitId.TryParse(statement.IntegratedCommit, out var commit) && await scratch.TreeOfAsync(commit, cancellationToken).ConfigureAwait(false) is { } found && found != integrated)
            findings.Wrong($"the integrated commit {commit} has the tree {found}, not {integrated} as recorded");
    }

    private static async Task<CommitId?> PatchedAsync(
        ScratchRepository scratch, RunContents contents, string owner, CommitId baseTree, VerificationFindings findings, List<string> skipped, CancellationToken cancellationToken)
    {
        var name = $"{owner}/{BundleFile.DiffPatch}";
        if (contents.Read(name) is not { } patch)
        {
            findings.Missing(name);
            return null;
        }

        var (tree, error) = await scratch.ApplyAsync(baseTree, patch, cancellationToken).ConfigureAwait(false);
        // A partial clone may lack what the patch is against; elsewhere a patch that does not apply is not that of the base.
        if (tree is null && scratch.IsPartial) skipped.Add($"{name} does not apply, perhaps because this clone is partial: {error}");
        else if (tree is null) findings.Wrong($"{name} does not apply to the base commit: {error}", name);
        return tree;
    }
}
