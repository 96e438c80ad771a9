using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Tests.Ledger.Verification;

public sealed class LedgerCheckpointVerdictTests : IDisposable
{
    private const int Lines = 64;
    private static readonly byte[] Good = MadeLedger.Of(Lines);
    private readonly LedgerFolder _folder = new();
    private readonly SigningKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));
    private readonly SigningKey _other = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public LedgerCheckpointVerdictTests()
    {
        _folder.Bytes = Good;
        LedgerSeal.Write(_folder.Paths.RunsFolder, _key, cancellationToken: TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void A_sealed_ledger_is_signed_for_its_key_and_says_so()
    {
        var result = Verify(_key, required: true);
        Assert.Equal((RunStatus.Pass, LedgerSignatureStatus.Verified, null, (long?)Lines), (result.Status, result.Signature.Status, result.Reason, result.DigestCovers));
        Assert.Equal(
            new LedgerCheckpointFinding(LedgerCheckpointStatus.Signed, result.Checkpoint!.Origin, Lines, result.Root, result.Checkpoint.KeyId), result.Checkpoint);
        Assert.StartsWith("factory-ledger/", result.Checkpoint.Origin, StringComparison.Ordinal);
        Assert.Equal(8, result.Checkpoint.KeyId!.Length);
    }

    [Fact]
    public void Lines_appended_since_the_seal_are_no_mismatch()
    {
        _folder.AppendMany(5);
        var result = Verify(_key, required: true);
        Assert.Equal((RunStatus.Pass, Lines + 5L, (long?)Lines, (long?)Lines), (result.Status, result.Events, result.Checkpoint!.Size, result.DigestCovers));
        Assert.NotEqual(result.Root, result.Checkpoint.Root);
    }

    [Fact]
    public void Without_a_key_the_signature_is_unverified_and_blocks_where_it_is_required()
    {
        Assert.Equal((RunStatus.Pass, LedgerCheckpointStatus.Unverified), Outcome(Verify(null)));
        Assert.Equal((RunStatus.Blocked, LedgerCheckpointStatus.Unverified), Outcome(Verify(null, required: true)));
    }

    [Fact]
    public void Another_keys_signature_warns_and_blocks_where_it_is_required()
    {
        var result = Verify(_other);
        Assert.Equal((RunStatus.Warn, LedgerCheckpointStatus.OtherKey), Outcome(result));
        Assert.Contains($"not signed by the given key, but by another (id {result.Checkpoint!.KeyId})", result.Reason, StringComparison.Ordinal);
        Assert.Equal((RunStatus.Blocked, LedgerCheckpointStatus.OtherKey), Outcome(Verify(_other, required: true)));
    }

    [Fact]
    public void A_missing_checkpoint_is_none_and_blocks_where_it_is_required()
    {
        File.Delete(_folder.Paths.Checkpoint);
        var result = Verify(_key);
        Assert.Equal((RunStatus.Warn, LedgerCheckpointStatus.None), Outcome(result));
        Assert.Contains("nothing signed speaks for the ledger", result.Reason, StringComparison.Ordinal);
        Assert.Equal((RunStatus.Pass, LedgerCheckpointStatus.None), Outcome(Verify(null)));
        Assert.Equal((RunStatus.Blocked, LedgerCheckpointStatus.None), Outcome(Verify(_key, required: true)));
    }

    [Fact]
    public void A_cut_ledger_without_checkpoint_and_digest_is_shorter_than_its_frontier()
    {
        File.Delete(_folder.Paths.Checkpoint);
        File.Delete(_folder.Paths.Digest);
        Assert.Equal(RunStatus.Pass, Verify(null).Status);
        for (var length = 0; length < Good.Length; length += length < Good.Length - 400 ? 211 : 1)
        {
            _folder.Bytes = Good[..length];
            var result = Verify(null);
            Assert.Equal((LedgerSignatureStatus.Tampered, RunStatus.Blocked), (result.Signature.Status, result.Status));
            if (length == 0) Assert.Contains("shorter than its frontier: 0 lines", result.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_ledger_of_an_older_factory_needs_no_checkpoint_and_two_reasons_to_warn_are_both_told()
    {
        using var folder = new LedgerFolder();
        File.Copy(LedgerFolder.Sample, folder.Paths.Ledger);
        var result = LedgerVerifier.Verify(folder.Paths.Ledger, _key.Public, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(LedgerSignatureStatus.Unchained, result.Signature.Status);
        Assert.DoesNotContain("nothing signed", result.Reason, StringComparison.Ordinal);
        folder.AppendMany(1);
        result = LedgerVerifier.Verify(folder.Paths.Ledger, _key.Public, cancellationToken: TestContext.Current.CancellationToken);
        Assert.StartsWith("unchained before line", result.Reason, StringComparison.Ordinal);
        Assert.EndsWith("a run writes one when it ends", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_cut_anywhere_is_shorter_than_its_checkpoint_even_without_the_digest()
    {
        File.Delete(_folder.Paths.Digest);
        for (var length = 0; length < Good.Length; length += length < Good.Length - 400 ? 211 : 1)
        {
            _folder.Bytes = Good[..length];
            var result = Verify(null);
            Assert.Equal((LedgerSignatureStatus.Tampered, LedgerCheckpointStatus.Short), (result.Signature.Status, result.Checkpoint!.Status));
            Assert.Contains("shorter than its checkpoint", result.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_last_line_rewritten_with_a_fitting_id_does_not_have_the_checkpoints_root()
    {
        File.Delete(_folder.Paths.Digest);
        _folder.Bytes = MadeLedger.Of(Lines, number => LedgerFolder.Entry(number == Lines - 1 ? 1000 : number));
        var result = Verify(null);
        Assert.Equal((LedgerSignatureStatus.Tampered, null, LedgerCheckpointStatus.Mismatch), (result.Signature.Status, result.FirstBadLine, result.Checkpoint!.Status));
        Assert.Contains("root over its first 64 lines", result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_chained_anew_from_any_line_does_not_have_the_checkpoints_root()
    {
        File.Delete(_folder.Paths.Digest);
        for (var changed = 0; changed < Lines; changed++)
        {
            var at = changed;
            _folder.Bytes = MadeLedger.Of(Lines, number => LedgerFolder.Entry(number == at ? 1000 : number));
            Assert.Equal(LedgerCheckpointStatus.Mismatch, Verify(null).Checkpoint!.Status);
        }
    }

    [Fact]
    public void No_byte_of_a_checkpoint_can_change_and_leave_it_signed()
    {
        var good = File.ReadAllBytes(_folder.Paths.Checkpoint);
        for (var i = 0; i < good.Length; i++)
        {
            var changed = good.ToArray();
            changed[i] ^= 1;
            File.WriteAllBytes(_folder.Paths.Checkpoint, changed);
            var result = Verify(_key, required: true);
            Assert.Equal(RunStatus.Blocked, result.Status);
            Assert.NotEqual(LedgerCheckpointStatus.Signed, result.Checkpoint!.Status);
        }
    }

    [Fact]
    public void A_checkpoint_that_is_none_is_bad_and_of_another_name_it_is_not_looked_at()
    {
        File.WriteAllText(_folder.Paths.Checkpoint, "nothing here\n");
        var result = Verify(_key);
        Assert.Equal((LedgerSignatureStatus.Tampered, LedgerCheckpointStatus.Bad), (result.Signature.Status, result.Checkpoint!.Status));
        Assert.Contains("is not a checkpoint", result.Reason, StringComparison.Ordinal);
        var copy = Path.Combine(_folder.Paths.RunsFolder, "copy.jsonl");
        File.WriteAllBytes(copy, Good);
        Assert.Equal(LedgerCheckpointStatus.None, LedgerVerifier.Verify(copy, cancellationToken: TestContext.Current.CancellationToken).Checkpoint!.Status);
    }

    private static (RunStatus Status, LedgerCheckpointStatus Checkpoint) Outcome(LedgerVerification result)
    {
        Assert.Equal(LedgerSignatureStatus.Verified, result.Signature.Status);
        return (result.Status, result.Checkpoint!.Status);
    }

    private LedgerVerification Verify(SigningKey? key, bool required = false) => LedgerVerifier.Verify(_folder.Paths.Ledger, key?.Public, required);
}
