using Factory.Core.Contracts;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Pipeline.Launching;

namespace Factory.Core.Pipeline;

/// <summary>
/// The pipeline: <c>preflight -> launch -> bundle-validate -> integrate -> summary</c>. Each stage is a verb of its own and
/// the oneshot only composes them. Every method returns a result; what the user can mend is never thrown.
/// </summary>
public sealed class FactoryPipeline(RunServices services)
{
    /// <summary>The name of the stage that finds what would stop a run.</summary>
    public const string Preflight = "preflight";
    /// <summary>The name of the stage that runs the workers.</summary>
    public const string Launch = "launch";
    /// <summary>The name of the stage that judges the bundles.</summary>
    public const string Validate = "bundle-validate";
    /// <summary>The name of the stage that merges, checks and reports.</summary>
    public const string Integrate = "integrate";
    /// <summary>The name of the stage that closes the run's record.</summary>
    public const string Summary = "summary";

    private const string CouldNot = "the run could not go on";

    /// <summary>Runs every stage.</summary>
    public Task<RunResult> OneshotAsync(RunRequest request, CancellationToken cancellationToken) =>
        GuardAsync(request, isNew: true, session => new Oneshot(session).RunAsync(cancellationToken), cancellationToken);

    /// <summary>Makes a run and finds what would stop it; the run is then gone on with by <see cref="LaunchAsync"/>.</summary>
    public Task<RunResult> PreflightAsync(RunRequest request, CancellationToken cancellationToken) =>
        GuardAsync(request, isNew: true, session => SingleAsync(session, Preflight, () => new PreflightStage(session).RunAsync(cancellationToken)), cancellationToken);

    /// <summary>Runs the workers of a run that was preflighted, or of a new run when none is named.</summary>
    public Task<RunResult> LaunchAsync(RunRequest request, CancellationToken cancellationToken) =>
        GuardAsync(
            request,
            isNew: request.RunId is null,
            async session =>
            {
                RunOpening.RequireNotLaunched(session);
                var status = await session.StageAsync(Preflight, () => new PreflightStage(session).RunAsync(cancellationToken)).ConfigureAwait(false);
                return status == RunStatus.Blocked
                    ? RunResults.Of(session, status)
                    : await SingleAsync(session, Launch, () => new LaunchStage(session).RunAsync(cancellationToken)).ConfigureAwait(false);
            },
            cancellationToken);

    /// <summary>Judges the bundles of a run.</summary>
    public Task<RunResult> ValidateAsync(RunRequest request, CancellationToken cancellationToken) =>
        GuardAsync(
            request,
            isNew: false,
            session =>
            {
                BundleRecall.Restore(session);
                return SingleAsync(session, Validate, () => new ValidateStage(session).RunAsync(cancellationToken));
            },
            cancellationToken);

    /// <summary>Judges the bundles of a run again, merges, checks and reports.</summary>
    public Task<RunResult> IntegrateAsync(RunRequest request, CancellationToken cancellationToken) =>
        GuardAsync(
            request,
            isNew: false,
            session =>
            {
                BundleRecall.Restore(session);
                return new Oneshot(session).IntegrateAsync(cancellationToken);
            },
            cancellationToken);

    private static async Task<RunResult> SingleAsync(RunSession session, string name, Func<Task<RunStatus>> stage)
    {
        var status = await session.StageAsync(name, stage).ConfigureAwait(false);
        session.Journal.Append(LedgerEventType.RunState, RunStatus.Pending, rc: 0, details: new Dictionary<string, object?> { ["stage"] = name, ["stage_status"] = status.ToWire() });
        return RunResults.Of(session, status);
    }

    private async Task<RunResult> GuardAsync(RunRequest request, bool isNew, Func<RunSession, Task<RunResult>> work, CancellationToken cancellationToken)
    {
        RunSession? session = null;
        try
        {
            session = isNew
                ? await RunOpening.CreateAsync(request, services, cancellationToken).ConfigureAwait(false)
                : await RunOpening.ResumeAsync(request, services, cancellationToken).ConfigureAwait(false);
            return await work(session).ConfigureAwait(false);
        }
        catch (GroundException error)
        {
            return RunResults.Refused(error.Blockers);
        }
        catch (FactoryException error)
        {
            return Failed(session, KeptWork.Explain(session, error, CouldNot), error.Status);
        }
        catch (OperationCanceledException)
        {
            return Failed(session, new Blocker(BlockerKind.Check, null, null, "the run was cancelled", "run again"), RunStatus.Fail);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Failed(session, KeptWork.Explain(session, error, CouldNot), RunStatus.Fail);
        }
        finally
        {
            session?.Dispose();
        }
    }

    private static RunResult Failed(RunSession? session, Blocker blocker, RunStatus status)
    {
        if (session is null) return RunResults.Refused([blocker], status);
        if (session.Rights.Find() is { Count: > 0 } closed)
        {
            session.Blockers.AddRange(closed);
            return RunResults.Of(session, RunStatus.Blocked);
        }

        blocker = session.Redactor.Redact(blocker);
        var known = RunResults.Of(session, status);
        return known.Blockers.Contains(blocker) ? known : known with { Blockers = [blocker, .. known.Blockers] };
    }
}
