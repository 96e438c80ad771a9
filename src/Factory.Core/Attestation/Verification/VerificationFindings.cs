using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Verification;

/// <summary>Collects what a verification finds. Lists are cut, so that a hostile folder gives a verdict and not a flood.</summary>
internal sealed class VerificationFindings
{
    private const int Most = 1000;
    private const string NextAction = "do not trust this run's record: compare it with a backup, or with the ledger, and find out who changed it";
    private readonly List<VerificationCheck> _checks = [];
    private readonly List<Blocker> _blockers = [];
    private readonly SortedSet<string> _missing = new(StringComparer.Ordinal), _added = new(StringComparer.Ordinal), _changed = new(StringComparer.Ordinal);
    private int _found, _foundBefore, _blockersBefore;

    /// <summary>Whether anything is wrong so far.</summary>
    public bool IsBlocked => _found > 0;

    public void Missing(string name) => Note(_missing, name, BlockerKind.Artifact, $"{name} is missing");

    public void Added(string name, string kind) => Note(_added, name, BlockerKind.Artifact, $"{name} ({kind}) was added: nothing covers it");

    public void Changed(string name, string why) => Note(_changed, name, BlockerKind.Policy, $"{name} {why}");

    /// <summary>Another key than the expected one signed, by its own word: no file is said to be changed, and it is no pass either.</summary>
    /// <param name="name">What is signed.</param>
    /// <param name="signer">The id of the key that it names.</param>
    /// <param name="expected">The key that was expected.</param>
    public void OtherKey(string name, string signer, VerifyingKey expected)
    {
        _found++;
        if (_blockers.Count < Most) _blockers.Add(new Blocker(BlockerKind.Policy, null, name, $"{name} {ExpectedKey.SignedBy(signer, expected)}", ExpectedKey.IfReplaced));
    }

    public void Wrong(string message, string? path = null)
    {
        _found++;
        if (_blockers.Count < Most) _blockers.Add(new Blocker(BlockerKind.Policy, null, path, message, NextAction));
    }

    /// <summary>Nothing was attested yet; that is no pass, and every file of the run would be told as added.</summary>
    public void Unfinished(string runId, string folder)
    {
        _found++;
        _blockers.Add(new Blocker(
            BlockerKind.Policy, null, folder, $"the run {runId} has not ended, by its manifest, and nothing attests it: there is nothing to verify yet",
            $"finish it (factory integrate --run-id {runId}) or start a new run; when you know that it had ended, its folder was changed"));
        End("manifests", "");
    }

    /// <summary>Ends a check: it passed when nothing was found since the last one ended.</summary>
    /// <param name="name">The check.</param>
    /// <param name="message">What holds, when it passed.</param>
    /// <param name="notChecked">Why part of it was not checked, or null.</param>
    public void End(string name, string message, string? notChecked = null)
    {
        var (found, first) = (_found - _foundBefore, _blockers.ElementAtOrDefault(_blockersBefore));
        (_foundBefore, _blockersBefore) = (_found, _blockers.Count);
        var (status, words) = found > 0 ? (RunStatus.Blocked, $"{first?.Message ?? "something is wrong"}{(found > 1 ? $" (and {found - 1} more)" : "")}")
            : notChecked is not null ? (RunStatus.Pending, "not checked: " + notChecked)
            : (RunStatus.Pass, message);
        _checks.Add(new VerificationCheck(name, status, words));
    }

    public RunVerification ToResult(string? runId, string folder, VerifyingKey? key, int files)
    {
        var worst = StatusEvaluator.Worst(_checks.Select(check => check.Status));
        // What was not checked is no pass, and no finding either.
        var status = worst == RunStatus.Pending ? RunStatus.Warn : worst;
        return new RunVerification(status, status.ToExitCode(), runId, folder, key?.Fingerprint, files, _checks, _blockers, [.. _missing], [.. _added], [.. _changed]);
    }

    private void Note(SortedSet<string> names, string name, BlockerKind kind, string message)
    {
        if (names.Count < Most && !names.Add(name)) return;
        _found++;
        if (_blockers.Count < Most) _blockers.Add(new Blocker(kind, null, name, message, NextAction));
    }
}
