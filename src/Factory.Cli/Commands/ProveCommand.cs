using System.CommandLine;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Ledger.Proofs;

namespace Factory.Cli.Commands;

/// <summary><c>ledger-prove</c>: proofs in the published formats, on standard output or into a file.</summary>
internal static class ProveCommand
{
    /// <summary>Makes the verb.</summary>
    public static Command Create(GlobalOptions globals)
    {
        var path = LedgerCommands.PathOption();
        var eventId = new Option<string?>("--event-id") { Description = "Prove that this event is in the ledger (C2SP tlog-proof).", HelpName = "ID" };
        var since = new Option<string?>("--since-checkpoint") { Description = "Prove that the ledger goes on from this older checkpoint (C2SP tlog-witness add-checkpoint).", HelpName = "FILE" };
        var output = new Option<string?>("--out") { Description = "Write the proof to this file, which must not exist.", HelpName = "FILE" };
        var command = Verb.Create("ledger-prove", "Prove an event, or that the ledger only grew, against the signed checkpoint.", globals, async context =>
        {
            var (wanted, old) = (context.Parsed.GetValue(eventId), context.Parsed.GetValue(since));
            if (wanted is null == old is null)
                throw new FactoryException(BlockerKind.Config, "say what is to be proved", "give either --event-id ID ('factory ledger --json' shows ids) or --since-checkpoint FILE");
            var ledger = await LedgerCommands.FindWholeAsync(context, path).ConfigureAwait(false);
            var document = wanted is not null ? Inclusion(ledger, wanted, context.Cancellation) : Consistency(ledger, Path.GetFullPath(old!), context.Cancellation);
            if (context.Parsed.GetValue(output) is { } file) Write(Path.GetFullPath(file), document.Proof);
            return new VerbResult(document.ExitCode, stream => CliJson.Write(stream, document), screen =>
            {
                if (context.Parsed.GetValue(output) is { } target) screen.Line($"proved, in {Path.GetFullPath(target)}", "green");
                else screen.Text(document.Proof);
            });
        });
        foreach (var option in (Option[])[path, eventId, since, output]) command.Options.Add(option);
        return command;
    }

    private static ProofDocument Inclusion(string ledger, string eventId, CancellationToken cancellation)
    {
        var proof = LedgerProver.ProveInclusion(ledger, eventId, cancellation);
        return new ProofDocument(RunStatus.Pass, RunStatus.Pass.ToExitCode(), "inclusion", ledger, proof.Index, null, Head(proof.Checkpoint), Hashes(proof.Hashes), proof.Format());
    }

    private static ProofDocument Consistency(string ledger, string oldFile, CancellationToken cancellation)
    {
        var old = LedgerCheckpoint.Read(oldFile) ?? throw new FactoryException(BlockerKind.Config, $"there is no checkpoint {oldFile}", "give a copy of factory_ledger.checkpoint that was kept", oldFile);
        var proof = LedgerProver.ProveConsistency(ledger, old, cancellation);
        return new ProofDocument(RunStatus.Pass, RunStatus.Pass.ToExitCode(), "consistency", ledger, null, proof.OldSize, Head(proof.Checkpoint), Hashes(proof.Hashes), proof.Format());
    }

    private static LedgerHead Head(LedgerCheckpoint checkpoint) => new(checkpoint.Origin, checkpoint.Size, Convert.ToBase64String(checkpoint.Root.Span));

    private static IReadOnlyList<string> Hashes(IEnumerable<ReadOnlyMemory<byte>> hashes) => [.. hashes.Select(hash => Convert.ToBase64String(hash.Span))];

    private static void Write(string file, string proof)
    {
        if (Path.Exists(file)) throw new FactoryException(BlockerKind.Config, $"{file} exists already, and nothing is overwritten", "give another name with --out", file);
        using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
        stream.Write(Encoding.UTF8.GetBytes(proof));
    }
}
