using System.Diagnostics;
using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Core.Tests.Ledger;

/// <summary>What is no plain file in the place of a file beside the ledger: it neither hangs nor counts as none.</summary>
public sealed class SideFileTests : IDisposable
{
    private readonly LedgerFolder _folder = new();
    private readonly SigningKey _key = new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public enum Odd
    {
        Pipe,
        Folder,
        LinkToNothing,
        LinkToFile,
        LinkToDevice,
    }

    public static TheoryData<Odd> All => [.. Enum.GetValues<Odd>()];

    private LedgerPaths Paths => _folder.Paths;

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_odd_checkpoint_is_bad_and_blocks(Odd odd)
    {
        await PrepareAsync(Paths.Checkpoint, odd);
        var result = await SoonAsync(() => LedgerVerifier.Verify(Paths.Ledger));
        Assert.Equal((LedgerSignatureStatus.Tampered, LedgerCheckpointStatus.Bad), (result.Signature.Status, result.Checkpoint!.Status));
        Assert.Contains("not a plain file", result.Reason, StringComparison.Ordinal);
        await AssertBlockedAsync(() => LedgerSeal.Write(Paths.RunsFolder, _key));
        await AssertBlockedAsync(() => _folder.AppendMany(1));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_odd_digest_is_tampering_and_blocks_the_seal(Odd odd)
    {
        await PrepareAsync(Paths.Digest, odd);
        var result = await SoonAsync(() => LedgerVerifier.Verify(Paths.Ledger));
        Assert.Equal(LedgerSignatureStatus.Tampered, result.Signature.Status);
        Assert.Contains("factory_ledger.sha256 cannot be read", result.Reason, StringComparison.Ordinal);
        await AssertBlockedAsync(() => LedgerSeal.Write(Paths.RunsFolder, _key));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task An_odd_frontier_is_a_broken_hint(Odd odd)
    {
        await PrepareAsync(Paths.Frontier, odd);
        Assert.Equal(LedgerSignatureStatus.Verified, (await SoonAsync(() => LedgerVerifier.Verify(Paths.Ledger))).Signature.Status);
        await SoonAsync(() => _folder.Read().Count);
        await SoonAsync(() => { _folder.AppendMany(1); return true; });
        if (odd == Odd.Folder) await AssertBlockedAsync(() => LedgerSeal.Write(Paths.RunsFolder, _key));
        else Assert.Equal(5, (await SoonAsync(() => LedgerSeal.Write(Paths.RunsFolder, _key))).Head.Size);
    }

    [Fact]
    public async Task A_pipe_or_link_in_place_of_a_draft_does_not_take_the_bytes()
    {
        _folder.AppendMany(4);
        var victim = Path.Combine(Paths.RunsFolder, "victim");
        await File.WriteAllTextAsync(victim, "mine", TestContext.Current.CancellationToken);
        await PutAsync(Paths.Checkpoint + ".new", Odd.Pipe);
        File.CreateSymbolicLink(Paths.Digest + ".new", victim);
        Assert.Equal(4, (await SoonAsync(() => LedgerSeal.Write(Paths.RunsFolder, _key))).Head.Size);
        Assert.Equal("mine", await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Nothing_is_none_and_more_than_the_longest_is_refused()
    {
        Assert.Null(SideFile.TryRead(Path.Combine(Paths.RunsFolder, "no", "folder"), 10));
        _folder.Bytes = new byte[11];
        Assert.Equal(11, SideFile.TryRead(Paths.Ledger, 11)!.Length);
        Assert.Throws<NotPlainFileException>(() => SideFile.TryRead(Paths.Ledger, 10));
    }

    private static async Task<T> SoonAsync<T>(Func<T> work) => await Task.Run(work).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    private static async Task PutAsync(string path, Odd odd)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has neither these pipes nor links without a privilege.");
        if (odd == Odd.Folder) Directory.CreateDirectory(path);
        else if (odd == Odd.LinkToNothing) File.CreateSymbolicLink(path, "/nonexistent/nothing");
        else if (odd == Odd.LinkToDevice) File.CreateSymbolicLink(path, "/dev/null");
        else if (odd == Odd.LinkToFile) File.CreateSymbolicLink(path, Path.GetFileName(path) + ".good");
        if (odd != Odd.Pipe) return;
        using var made = Process.Start("mkfifo", [path]);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, made.ExitCode);
    }

    private async Task PrepareAsync(string path, Odd odd)
    {
        _folder.AppendMany(4);
        LedgerSeal.Write(Paths.RunsFolder, _key);
        File.Move(path, path + ".good");
        await PutAsync(path, odd);
    }

    private async Task AssertBlockedAsync(Action work)
    {
        var before = _folder.Bytes;
        var error = await Assert.ThrowsAsync<FactoryException>(() => SoonAsync(() => { work(); return true; }));
        Assert.Equal(RunStatus.Blocked, error.Status);
        Assert.Contains(error.Blocker.Kind, (BlockerKind[])[BlockerKind.Check, BlockerKind.Policy]);
        Assert.Equal(before, _folder.Bytes);
    }
}
