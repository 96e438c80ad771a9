using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

/// <summary>What happens when the disk refuses. The disk is a small one in memory, which only root can mount.</summary>
public sealed class LedgerDiskTests
{
    [Fact]
    public void A_full_disk_leaves_no_partial_line_and_stops_the_writer()
    {
        using var disk = SmallDisk.Mount("64k");
        using var folder = new LedgerFolder(disk.Folder);
        using var writer = folder.Writer();
        var text = new string('x', 3000);
        var acknowledged = new List<LedgerReceipt>();
        FactoryException? error = null;
        while (error is null)
        {
            try
            {
                acknowledged.Add(writer.Append(LedgerFolder.Entry(acknowledged.Count) with { Details = new Dictionary<string, object?> { ["text"] = text } }));
            }
            catch (FactoryException refused)
            {
                error = refused;
            }
        }

        Assert.Equal((RunStatus.Fail, BlockerKind.Check, folder.Paths.Ledger), (error.Status, error.Blocker.Kind, error.Blocker.Path));
        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.Contains("nothing was", error.Message, StringComparison.Ordinal);
        Assert.Equal(acknowledged.Select(receipt => receipt.EventId), folder.Read().Select(item => item.EventId));
        Assert.Equal((byte)'\n', folder.Bytes[^1]);
        Assert.Throws<FactoryException>(() => writer.Append(LedgerFolder.Entry(0)));
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);

        disk.Remount("size=1m");
        folder.AppendMany(1);
        Assert.Equal(acknowledged.Count + 1, folder.Read().Count);
    }

    [Fact]
    public void A_full_disk_keeps_the_torn_end_where_it_is()
    {
        using var disk = SmallDisk.Mount("64k");
        using var folder = new LedgerFolder(disk.Folder);
        folder.AppendMany(1);
        byte[] torn = [.. folder.Bytes, .. new byte[30_000]];
        folder.Bytes = torn;
        File.WriteAllBytes(Path.Combine(disk.Folder, "ballast"), new byte[16_384]);

        Assert.Contains("the disk is full", Assert.Throws<FactoryException>(() => folder.AppendMany(1)).Message, StringComparison.Ordinal);
        Assert.Equal(torn, folder.Bytes);
        Assert.Empty(folder.Quarantine);
        disk.Remount("size=1m");
        folder.AppendMany(1);
        Assert.Equal(3, folder.Read().Count);
    }

    [Fact]
    public void A_read_only_disk_is_named_and_the_ledger_can_still_be_read()
    {
        using var disk = SmallDisk.Mount("64k");
        using var folder = new LedgerFolder(disk.Folder);
        folder.AppendMany(2);
        disk.Remount("ro");
        var error = Assert.Throws<FactoryException>(() => folder.AppendMany(1));
        Assert.Contains(folder.Paths.Ledger, error.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Fail, error.Status);
        Assert.Equal(2, folder.Read().Count);
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
    }

    [Fact]
    public void The_digest_passes_sha256sum_and_is_replaced_when_it_is_refreshed()
    {
        using var folder = new LedgerFolder();
        for (var i = 0; i < 2; i++)
        {
            folder.AppendMany(3);
            var digest = LedgerDigest.Refresh(folder.Paths.RunsFolder);
            Assert.Equal($"{digest}  factory_ledger.jsonl\n", Encoding.ASCII.GetString(File.ReadAllBytes(folder.Paths.Digest)));
            var (code, output) = HostProgram.Run("sha256sum", folder.Paths.RunsFolder, "--strict", "-c", "factory_ledger.sha256");
            Assert.Equal((0, "factory_ledger.jsonl: OK"), (code, output.Trim()));
        }

        Assert.Empty(Directory.GetFiles(folder.Paths.RunsFolder, "*.new*"));
    }

    [Fact]
    public void A_digest_over_a_torn_end_or_over_nothing_is_refused()
    {
        using var folder = new LedgerFolder();
        Assert.Throws<FactoryException>(() => LedgerDigest.Refresh(folder.Paths.RunsFolder));
        folder.AppendMany(1);
        folder.Bytes = [.. folder.Bytes, (byte)'{'];
        Assert.Throws<FactoryException>(() => LedgerDigest.Refresh(folder.Paths.RunsFolder));
        Assert.False(File.Exists(folder.Paths.Digest));
    }
}
