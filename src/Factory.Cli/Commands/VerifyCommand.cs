using System.CommandLine;
using Factory.Cli.Output;
using Factory.Core.Attestation.Keys;
using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Ledger.Proofs;
using Factory.Core.Pipeline.Records;

namespace Factory.Cli.Commands;

/// <summary><c>verify</c>: a run, or a proof that a run or <c>ledger-prove</c> wrote, offline.</summary>
internal static class VerifyCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create(GlobalOptions globals)
    {
        var runId = ExistingRun.Option();
        var folder = new Option<string?>("--run-dir") { Description = "The run's folder, wherever it was copied to, instead of --run-id.", HelpName = "DIR" };
        var proof = new Option<string?>("--proof") { Description = "Verify this inclusion proof (.tlog-proof) instead of a run.", HelpName = "FILE" };
        var keys = new PublicKeyOptions();
        var command = Verb.Create("verify", "Verify a run offline: signature, digests, added files, ledger proof, trees.", globals, async context =>
        {
            if (((Option[])[runId, folder, proof]).Count(option => context.Parsed.GetResult(option) is { Implicit: false }) > 1)
                throw new FactoryException(BlockerKind.Config, "more than one thing to verify was given", "give one of --run-id, --run-dir and --proof");
            var location = await context.FindRunsAsync().ConfigureAwait(false);
            var (key, isRequired) = keys.Read(context, location);
            if (context.Parsed.GetValue(proof) is { } file) return VerifyProof(Path.GetFullPath(file), key, isRequired);
            var run = context.Parsed.GetValue(folder) is { } given
                ? Path.GetFullPath(given)
                : (await RunRecord.FindAsync(context.Request(context.Parsed.GetValue(runId)), context.Cancellation).ConfigureAwait(false)).Folder.Path;
            var request = new RunVerificationRequest { RunFolder = run, Key = key, RequireSignature = isRequired, Repository = location?.Root };
            var result = await RunVerifier.VerifyAsync(request, context.Cancellation).ConfigureAwait(false);
            return new VerbResult(result.ExitCode, stream => CliJson.Write(stream, result), screen => Show(result, screen));
        });
        foreach (var option in (Option[])[runId, folder, proof]) command.Options.Add(option);
        keys.AddTo(command);
        return command;
    }

    private static VerbResult VerifyProof(string file, VerifyingKey? key, bool isRequired)
    {
        if (!File.Exists(file)) throw new FactoryException(BlockerKind.Config, $"there is no proof {file}", "give a file that a run left as attestations/ledger.tlog-proof, or that ledger-prove wrote", file);
        var proof = InclusionProof.Parse(File.ReadAllText(file));
        var signature = key is null ? (CheckpointSignature?)null : proof.Checkpoint.Check(key);
        var problem = proof switch
        {
            { Extra.Length: 0 } => "it carries no ledger line, so there is nothing to hold against it",
            _ when !proof.Covers(proof.Extra.Span) => "the line that it carries is not in the checkpoint's tree",
            _ when signature == CheckpointSignature.Invalid => "the checkpoint's signature is not that of the key whose id it carries",
            _ when signature == CheckpointSignature.OtherKey && isRequired => $"the checkpoint {ExpectedKey.SignedBy(proof.Checkpoint.SignerId ?? "of nobody", key!)}; {ExpectedKey.IfReplaced}",
            _ => null,
        };
        var status = problem is not null ? RunStatus.Blocked : signature == CheckpointSignature.Valid ? RunStatus.Pass : RunStatus.Warn;
        var note = problem ?? (signature switch { CheckpointSignature.Valid => null, null => "the signature was not checked: give --public-key", _ => "another key signed the checkpoint" });
        var document = new ProofVerifiedDocument(status, status.ToExitCode(), proof.Index, proof.Checkpoint.Origin, proof.Checkpoint.Size, System.Text.Encoding.UTF8.GetString(proof.Extra.Span), note);
        return new VerbResult(document.ExitCode, stream => CliJson.Write(stream, document), screen =>
        {
            screen.Line($"{status.ToWire()}  line {proof.Index + 1} of {proof.Checkpoint.Size} in {proof.Checkpoint.Origin}", "bold " + StatusStyle.NameOf(status.ToWire()));
            if (note is not null) screen.Line($"  {note}");
            if (problem is null) screen.Line(document.Line);
        });
    }

    private static void Show(RunVerification result, Screen screen)
    {
        screen.Line($"{result.Status.ToWire()}  {result.RunId ?? result.RunDir}  {Number.Words(result.Files)} files", "bold " + StatusStyle.NameOf(result.Status.ToWire()));
        foreach (var check in result.Checks)
        {
            var word = check.Status.ToWire();
            screen.Line($"  {word,-7}  {check.Name}: {check.Message}", StatusStyle.NameOf(word));
        }

        RunView.ShowBlockers(result.Blockers, screen);
    }
}
