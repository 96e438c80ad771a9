using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Tests.Ledger.Checkpoints;

/// <summary>A ledger in a folder of its own and a key that seals it.</summary>
public abstract class SealingTests : IDisposable
{
    private protected LedgerFolder Folder { get; } = new();

    private protected SigningKey Key { get; } = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    private protected LedgerPaths Paths => Folder.Paths;

    public virtual void Dispose()
    {
        Key.Dispose();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected SealedLedger Seal() => LedgerSeal.Write(Paths.RunsFolder, Key);

    private protected long Offset(int line) => LedgerFolder.JoinLines(Folder.Lines[..line]).Length;

    private protected void ChangeByte(int at, int bit = 0)
    {
        var bytes = Folder.Bytes;
        bytes[at] ^= (byte)(1 << bit);
        Folder.Bytes = bytes;
    }

    private protected void AssertSealed(SealedLedger seal)
    {
        Assert.Equal(RootOf(Folder.Lines), seal.Checkpoint.Root.ToArray());
        Assert.Equal(Folder.Lines.Length, seal.Checkpoint.Size);
        Assert.Equal(seal.Checkpoint.Text, File.ReadAllText(Paths.Checkpoint));
        Assert.Equal($"{Convert.ToHexStringLower(SHA256.HashData(Folder.Bytes))}  factory_ledger.jsonl\n", File.ReadAllText(Paths.Digest));
        Assert.Equal(Folder.Bytes.Length, LedgerFrontier.Read(Paths)!.Bytes);
        Assert.All(seal.Proofs, static proof => Assert.True(proof.Covers(proof.Extra.Span)));
    }

    private protected void AssertBlocked(string what)
    {
        var files = Snapshot();
        var error = AssertRefused(what);
        Assert.Equal(RunStatus.Blocked, error.Status);
        Assert.Contains(error.Blocker.Kind, (BlockerKind[])[BlockerKind.Check, BlockerKind.Policy]);
        Assert.Equal(files, Snapshot());

        string[] Snapshot() => [.. Directory.GetFiles(Paths.RunsFolder).Order(StringComparer.Ordinal).Select(static file => $"{file} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))}")];
    }

    private protected FactoryException AssertRefused(string what)
    {
        var error = Assert.Throws<FactoryException>(Seal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        return error;
    }

    private protected static byte[] RootOf(byte[][] lines)
    {
        var tree = new MerkleTree();
        foreach (var line in lines) tree.Add(line);
        return tree.Root();
    }

    private protected void DropSideFiles()
    {
        foreach (var file in new[] { Paths.Checkpoint, Paths.Digest, Paths.Frontier }) File.Delete(file);
    }
}
