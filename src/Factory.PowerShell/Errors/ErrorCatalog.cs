using System.Globalization;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;

namespace Factory.PowerShell.Errors;

/// <summary>
/// Every error the cmdlets write: message, category and next action in one place. The id is <c>Factory</c> and the name of
/// the method, and so never changes while the method keeps its name.
/// </summary>
internal static class ErrorCatalog
{
    private static readonly SecretRedactor Redactor = new();

    /// <summary>A path names nothing.</summary>
    public static ErrorRecord PathNotFound(string path, Exception? cause = null) => Make(
        cause ?? new ItemNotFoundException($"There is nothing at '{path}'."), ErrorCategory.ObjectNotFound, path,
        $"There is nothing at '{path}'.", "Check the path; for one with brackets use -LiteralPath.");

    /// <summary>A path is of another provider.</summary>
    public static ErrorRecord PathNotInFileSystem(string path, string provider) => Make(
        new PSNotSupportedException(), ErrorCategory.InvalidArgument, path,
        $"'{path}' is a path of the {provider} provider, not of the file system.", "Give a path in the file system.");

    /// <summary>A run was refused before it got an id; nothing was written.</summary>
    public static ErrorRecord RunRefused(RunResult run) => OfRun(run, "No run was started", ErrorCategory.InvalidArgument);

    /// <summary>A run ended BLOCKED.</summary>
    public static ErrorRecord RunBlocked(RunResult run) => OfRun(run, $"The run {run.RunId} is BLOCKED", ErrorCategory.InvalidResult);

    /// <summary>A run ended FAIL.</summary>
    public static ErrorRecord RunFailed(RunResult run) => OfRun(run, $"The run {run.RunId} ended FAIL", ErrorCategory.InvalidResult);

    /// <summary>A folder is in no repository, or its configuration cannot be used.</summary>
    public static ErrorRecord RepositoryUnusable(FactoryException error, string folder) => OfProblem(error, ErrorCategory.InvalidArgument, folder);

    /// <summary>There is no ledger.</summary>
    public static ErrorRecord LedgerNotFound(FactoryException error, string path) => OfProblem(error, ErrorCategory.ObjectNotFound, path);

    /// <summary>A line of the ledger is not of its schema, and -Strict was given.</summary>
    public static ErrorRecord LedgerInvalid(FactoryException error, string path) => OfProblem(error, ErrorCategory.InvalidData, path);

    /// <summary>The ledger cannot be read.</summary>
    public static ErrorRecord LedgerUnreadable(FactoryException error, string path) => OfProblem(error, ErrorCategory.ReadError, path);

    /// <summary>A ledger was changed since it was written, or a signature that must be there is not.</summary>
    public static ErrorRecord LedgerTampered(LedgerVerification finding) => Make(
        new InvalidDataException($"{finding.Ledger}: {finding.Reason}"), ErrorCategory.SecurityError, finding, $"The ledger {finding.Ledger} does not verify: {finding.Reason}",
        finding.IsOtherKeyAlone() ? ExpectedKey.IfReplaced : "Compare it with a backup, with the ledger.jsonl of each run, or with a head that was kept elsewhere; do not repair it in place.");

    /// <summary>A text is not the head of a ledger.</summary>
    public static ErrorRecord HeadInvalid(FactoryException error, string head) => OfProblem(error, ErrorCategory.InvalidArgument, head);

    /// <summary>The public key that signatures are to be checked with cannot be used.</summary>
    public static ErrorRecord PublicKeyUnusable(FactoryException error, string path) => OfProblem(error, ErrorCategory.InvalidArgument, path);

    /// <summary>A configuration could not be written.</summary>
    public static ErrorRecord ConfigNotMade(FactoryException error, string folder) => OfProblem(error, ErrorCategory.WriteError, folder);

    /// <summary>A key could not be made.</summary>
    public static ErrorRecord KeyNotMade(FactoryException error, string path) => OfProblem(error, ErrorCategory.WriteError, path);

    /// <summary>There is no such run.</summary>
    public static ErrorRecord RunNotFound(FactoryException error, string run) => OfProblem(error, ErrorCategory.ObjectNotFound, run);

    /// <summary>No repository or ledger that was looked at has a run of this id.</summary>
    public static ErrorRecord RunNotFound(string run) => Make(
        new ItemNotFoundException($"There is no run '{run}'."), ErrorCategory.ObjectNotFound, run, $"There is no run '{run}'.",
        "Look at the runs there are (Get-FactoryRun); wildcards may be used there, for example *_001.");

    /// <summary>A run's manifest or verdict cannot be read.</summary>
    public static ErrorRecord RunUnreadable(FactoryException error, string run) => OfProblem(error, ErrorCategory.InvalidData, run);

    /// <summary>A text is not a run id.</summary>
    public static ErrorRecord RunIdInvalid(string run) => Make(
        new FormatException($"'{run}' is not a run id."), ErrorCategory.InvalidArgument, run, $"'{run}' is not a run id.",
        "A run id reads <kind>_<YYYYMMDD_HHMMSS>_<BASE8>_<NNN>, for example factory_20260218_131510_6339cf02_001.");

    /// <summary>A run id and a run's folder were given, and they are of different runs.</summary>
    public static ErrorRecord RunIdMismatch(string run, string folder) => Make(
        new ArgumentException($"'{folder}' is not the folder of the run '{run}'."), ErrorCategory.InvalidArgument, run,
        $"'{folder}' is not the folder of the run '{run}'.", "Give one of the two.");

    /// <summary>Another process works on the run.</summary>
    public static ErrorRecord RunInUse(FactoryException error, string run) => OfProblem(error, ErrorCategory.ResourceBusy, run);

    /// <summary>A run has no verdict yet.</summary>
    public static ErrorRecord RunUnfinished(FactoryException error, string run) => OfProblem(error, ErrorCategory.InvalidOperation, run);

    /// <summary>The attestation could not be written.</summary>
    public static ErrorRecord AttestationFailed(FactoryException error, string run) => OfProblem(error, ErrorCategory.WriteError, run);

    /// <summary>A run is not what was attested, or a signature that must be there is not.</summary>
    public static ErrorRecord AttestationInvalid(RunVerification result)
    {
        var first = result.Blockers[0];
        var others = result.Blockers.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" (and {result.Blockers.Count - 1} more)") : "";
        var record = Make(new FactoryException(first), ErrorCategory.SecurityError, result, $"The run {result.RunId ?? result.RunDir} does not verify: {first.Message}{others}", first.NextAction);
        record.CategoryInfo.TargetName = result.RunId ?? result.RunDir;
        return record;
    }

    /// <summary>A file or a folder of one input could not be read or written.</summary>
    public static ErrorRecord DiskFailed(Exception error, string target) => Make(
        error, ErrorCategory.ReadError, target, $"{target}: {error.Message}", "Free space or mend the access rights, then run it again.");

    private static ErrorRecord OfRun(RunResult run, string verdict, ErrorCategory category, [CallerMemberName] string name = "")
    {
        var first = run.Blockers.Count > 0 ? run.Blockers[0] : new Blocker(BlockerKind.Check, null, run.Report, "no blocker was recorded", "read the run's report");
        var others = run.Blockers.Count - 1;
        var count = others < 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" (and {others} more blocker{(others == 1 ? "" : "s")})");
        var record = Make(new FactoryException(first, run.Status), category, run, $"{verdict}: {first}{count}", first.NextAction, name);
        // A record's text would be the whole result.
        record.CategoryInfo.TargetName = run.RunId ?? first.Path ?? "";
        return record;
    }

    private static ErrorRecord OfProblem(FactoryException error, ErrorCategory category, object target, [CallerMemberName] string name = "") =>
        Make(Redacted(error), category, target, Placed(error.Blocker), error.Blocker.NextAction, name);

    // A message leaves the place to the blocker's path.
    private static string Placed(Blocker blocker) =>
        blocker.Path is { } path && !blocker.Message.Contains(path, StringComparison.Ordinal) ? $"{path}: {blocker.Message}" : blocker.Message;

    private static ErrorRecord Make(
        Exception error, ErrorCategory category, object target, string message, string action, [CallerMemberName] string name = "") =>
        new(error, "Factory" + name, category, target) { ErrorDetails = new ErrorDetails(VisibleText.InLog(Redactor.Redact(message))) { RecommendedAction = CmdletWords.Of(VisibleText.InLog(Redactor.Redact(action))) } };

    // The record shows the exception too, and what caused it.
    private static FactoryException Redacted(FactoryException error) =>
        Redactor.Redact(error.Blocker) is var clean && clean == error.Blocker ? error : new FactoryException(clean, error.Status);
}
