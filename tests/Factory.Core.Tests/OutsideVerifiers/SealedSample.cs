using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Ledger.Proofs;
using Factory.Core.Tests.Ledger;

namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>A ledger that was sealed twice, as Factory writes it, and the key that sealed it.</summary>
internal sealed class SealedSample : IDisposable
{
    private const int OldSize = 5, Size = 13;
    private readonly LedgerFolder _folder = new();
    private readonly SigningKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public SealedSample()
    {
        var writer = _folder.Writer();
        for (var i = 0; i < OldSize; i++) Receipts.Add(writer.Append(LedgerFolder.Entry(i)));
        Old = LedgerSeal.Write(_folder.Paths.RunsFolder, _key).Checkpoint;
        for (var i = OldSize; i < Size; i++) Receipts.Add(writer.Append(LedgerFolder.Entry(i)));
        New = LedgerSeal.Write(_folder.Paths.RunsFolder, _key).Checkpoint;
    }

    public LedgerCheckpoint Old { get; }

    public LedgerCheckpoint New { get; }

    public List<LedgerReceipt> Receipts { get; } = [];

    public byte[][] Lines => _folder.Lines;

    /// <summary>The checkpoint file, as it lies beside the ledger.</summary>
    public byte[] CheckpointFile => File.ReadAllBytes(_folder.Paths.Checkpoint);

    public byte[] ProveInclusion(int line) => Encoding.UTF8.GetBytes(LedgerProver.ProveInclusion(_folder.Paths.Ledger, Receipts[line].EventId).Format());

    public byte[] ProveConsistency() => Encoding.UTF8.GetBytes(LedgerProver.ProveConsistency(_folder.Paths.Ledger, Old).Format());

    /// <summary>What Go's packages say of each case.</summary>
    public IReadOnlyList<string> Ask(string kind, IEnumerable<IReadOnlyDictionary<string, byte[]>> cases) =>
        GoVerifier.Check(_key.Public.SubjectPublicKeyInfo, New.Origin, kind, cases);

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }
}
