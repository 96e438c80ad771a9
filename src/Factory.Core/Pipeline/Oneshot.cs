using Factory.Core.Attestation;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Pipeline.Launching;
using Factory.Core.Pipeline.Records;

namespace Factory.Core.Pipeline;

/// <summary>Composes the stages of one run.</summary>
public sealed class Oneshot(RunSession session)
{
    // As long as git may take then.
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(10);

    /// <summary>Every stage; a run that preflight blocks starts no worker and still gets its report.</summary>
    public Task<RunResult> RunAsync(CancellationToken cancellationToken) =>
        OrFailAsync(new IntegrateStage(session, []), () => RunStagesAsync(cancellationToken));

    /// <summary>From the bundles on: validation, integration, summary.</summary>
    public Task<RunResult> IntegrateAsync(CancellationToken cancellationToken) =>
        OrFailAsync(new IntegrateStage(session, []), () => IntegrateStagesAsync(cancellationToken));

    private async Task<RunResult> RunStagesAsync(CancellationToken cancellationToken)
    {
        // Looking at the checkout takes about as long as preflight, and each leaves a core to the other.
        var escapes = new EscapeChecks(session);
        await using var ending = escapes.ConfigureAwait(false);
        var ready = await session.StageAsync(FactoryPipeline.Preflight, () => new PreflightStage(session).RunAsync(cancellationToken)).ConfigureAwait(false);
        if (ready is RunStatus.Blocked or RunStatus.Fail)
        {
            session.Stages.Add(new StageResult(FactoryPipeline.Launch, RunStatus.Pending, 0));
            session.Stages.Add(new StageResult(FactoryPipeline.Validate, RunStatus.Pending, 0));
            return await FinishAsync([], cancellationToken).ConfigureAwait(false);
        }

        _ = SchemaGate.WarmUp();
        await session.StageAsync(FactoryPipeline.Launch, () => new LaunchStage(session, escapes).RunAsync(cancellationToken)).ConfigureAwait(false);
        return await IntegrateStagesAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<RunResult> IntegrateStagesAsync(CancellationToken cancellationToken)
    {
        var validate = new ValidateStage(session);
        await session.StageAsync(FactoryPipeline.Validate, () => validate.RunAsync(CancellationToken.None)).ConfigureAwait(false);
        return await FinishAsync(validate.Contributions, cancellationToken).ConfigureAwait(false);
    }

    private Task<RunResult> FinishAsync(IReadOnlyList<Integration.Contribution> contributions, CancellationToken cancellationToken)
    {
        var integrate = new IntegrateStage(session, contributions);
        return OrFailAsync(integrate, async () =>
        {
            await session.StageAsync(FactoryPipeline.Integrate, () => integrate.RunAsync(cancellationToken)).ConfigureAwait(false);
            await session.StageAsync(FactoryPipeline.Summary, () => CloseAsync(integrate, cancellationToken)).ConfigureAwait(false);
            return integrate.ToResult();
        });
    }

    private async Task<RunResult> OrFailAsync(IntegrateStage integrate, Func<Task<RunResult>> stages)
    {
        try
        {
            return await stages().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or FactoryException or OperationCanceledException)
        {
            return await FailAsync(integrate, error).ConfigureAwait(false);
        }
    }

    private async Task<RunStatus> CloseAsync(IntegrateStage integrate, CancellationToken cancellationToken)
    {
        // A run that was cancelled is attested, too, as long as that does not keep it from ending.
        using var hurry = new CancellationTokenSource();
        using var _ = cancellationToken.Register(() => hurry.CancelAfter(LastPatience));
        var workers = new Dictionary<string, long> { ["workers"] = session.Workers.Count };
        session.Journal.Append(LedgerEventType.ReportWritten, integrate.Status, rc: 0, details: new Dictionary<string, object?> { ["path"] = session.Shown(session.Folder.Report) }, hashes: FileDigest.Of("final_report_sha256", session.Folder.Report));
        session.Journal.Append(LedgerEventType.RunState, integrate.Status, details: new Dictionary<string, object?> { ["dry_run"] = session.IsDryRun });
        session.Journal.Append(LedgerEventType.RunEnd, integrate.Status, durationMs: session.Stages.Sum(stage => stage.DurationMs), counts: workers, hashes: FileDigest.Of("final_report_sha256", session.Folder.Report));
        session.Journal.Append(LedgerEventType.OneshotSummary, integrate.Status, counts: workers, details: new Dictionary<string, object?>
        {
            ["dry_run"] = session.IsDryRun,
            ["run_id"] = session.Folder.Id.Text,
            ["integrated_commit"] = integrate.IntegratedCommit?.Hex,
            ["workers"] = session.Workers.Select(worker => (object?)new Dictionary<string, object?> { ["id"] = worker.Id, ["status"] = worker.Status.ToWire() }).ToList(),
        });
        await new RunAttestation(session.Folder.RunsDirectory, session.Folder.Id) { LedgerStart = session.Journal.FirstOffset ?? 0 }.WriteAsync(
            session.Workers.Select(worker => worker.Id),
            session.Key,
            session.Environment,
            digests => session.Journal.Append(LedgerEventType.AttestationWritten, integrate.Status, rc: 0, hashes: digests, details: new Dictionary<string, object?> { ["path"] = session.Shown(Path.Combine(session.Folder.Path, "attestations")) }),
            hurry.Token).ConfigureAwait(false);
        if (!session.IsLedgerSound) return integrate.Status;
        if (await SoundLedger.LookAtAppendedAsync(session).ConfigureAwait(false) is { } late)
        {
            session.Doubt(late);
            throw new FactoryException(late, RunStatus.Blocked);
        }

        var ledger = await RunSeal.WriteAsync(session.Folder, session.Journal.Last!, session.Key).ConfigureAwait(false);
        session.LedgerHead = ledger.Head;
        session.Warnings.AddRange(ledger.Warnings);
        return integrate.Status;
    }

    private async Task<RunResult> FailAsync(IntegrateStage integrate, Exception error)
    {
        var message = session.Redactor.Clean(error is OperationCanceledException ? "the run was cancelled" : error.Message);
        var blocker = KeptWork.Explain(session, error, "the run could not be finished");
        var closed = session.Rights.Find();
        session.Blockers.AddRange(closed);
        if (closed.Count == 0 && !session.Blockers.Any(known => known.Message == blocker.Message)) session.Blockers.Add(blocker);
        if (closed.Count > 0) session.Warnings.Add($"the run ended early: {message}");
        // Somebody who leads a write astray, or closes the run's folders, has broken a rule; nothing inside has failed.
        var isBroken = closed.Count > 0 || error is FactoryException { Status: RunStatus.Blocked, Blocker.Kind: BlockerKind.Policy or BlockerKind.Escape };
        var status = isBroken ? RunStatus.Blocked : RunStatus.Fail;
        try
        {
            await integrate.FailAsync(isBroken ? null : message).ConfigureAwait(false);
            session.Journal.Append(LedgerEventType.RunEnd, status, details: new Dictionary<string, object?> { ["failure"] = message }, hashes: FileDigest.Of("final_report_sha256", session.Folder.Report));
            if (session.IsLedgerSound) session.LedgerHead = LedgerSeal.Write(session.Folder.RunsDirectory, session.Key).Head;
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException or FactoryException)
        {
            session.Warnings.Add($"the failure could not be recorded in the run's folder: {second.Message}");
        }

        return integrate.ToResult() with { Status = status, ExitCode = status.ToExitCode() };
    }
}
