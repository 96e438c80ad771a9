using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger.Faults;

/// <summary>A ledger shorter than its checkpoint was cut by someone: it is never repaired and never continued.</summary>
public sealed class LedgerFloorTests
{
    public enum Known
    {
        Both,
        CheckpointOnly,
        FrontierOnly,
        FrontierBroken,
        FrontierBehind,
        FrontierForged,
    }

    [Theory]
    [InlineData(Known.Both)]
    [InlineData(Known.CheckpointOnly)]
    [InlineData(Known.FrontierOnly)]
    [InlineData(Known.FrontierBroken)]
    [InlineData(Known.FrontierBehind)]
    [InlineData(Known.FrontierForged)]
    public void A_ledger_cut_below_its_checkpoint_is_refused_at_every_length_and_continued_at_its_own(Known known)
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(4);
        var whole = folder.Bytes;
        Seal(folder, known);
        int[] lengths = [0, 1, folder.Lines[0].Length, folder.Lines[0].Length + 1, whole.Length - folder.Lines[^1].Length - 1, whole.Length - 2, whole.Length - 1];
        foreach (var length in lengths) AssertRefused(folder, whole[..length]);

        File.Delete(folder.Paths.Ledger);
        Assert.Contains("is missing", Assert.Throws<FactoryException>(() => folder.AppendMany(1)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.Paths.Ledger));

        folder.Bytes = whole;
        folder.AppendMany(1);
        folder.Bytes = [.. folder.Bytes, .. "{\"torn"u8];
        folder.AppendMany(1);
        Assert.Single(folder.Quarantine);
        // The checkpoint made by hand has no true root.
        File.Delete(folder.Paths.Checkpoint);
        Assert.Equal(LedgerSignatureStatus.Verified, LedgerVerifier.Verify(folder.Paths.Ledger).Signature.Status);
    }

    [Fact]
    public void The_message_says_by_how_much_it_is_shorter_and_what_to_do()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(4);
        Seal(folder, Known.Both);
        var cut = folder.Lines[^1].Length + 1;
        folder.Bytes = folder.Bytes[..^cut];
        var error = Assert.Throws<FactoryException>(() => folder.AppendMany(1));
        Assert.Contains($"shorter than its checkpoint by {cut.ToString(CultureInfo.InvariantCulture)} bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("Restore the ledger from a backup", error.Blocker.NextAction, StringComparison.Ordinal);
        Assert.Contains("aside", error.Blocker.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ledger_moved_aside_with_its_checkpoint_files_begins_anew()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(2);
        Seal(folder, Known.Both);
        var aside = Directory.CreateDirectory(Path.Combine(folder.Paths.RunsFolder, "aside")).FullName;
        foreach (var file in Directory.GetFiles(folder.Paths.RunsFolder).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            File.Move(file, Path.Combine(aside, Path.GetFileName(file)));
        folder.AppendMany(1);
        Assert.Single(folder.Read());
    }

    [Theory]
    [InlineData("factory_ledger.checkpoint", "origin\nmany\nAAAA\n")]
    [InlineData("factory_ledger.checkpoint", "")]
    [InlineData("factory_ledger.frontier.json", "{\"bytes\":-1,\"lines\":1}")]
    [InlineData("factory_ledger.frontier.json", "")]
    public void A_checkpoint_that_says_nothing_is_not_taken_for_none(string name, string text)
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(2);
        var before = folder.Bytes;
        File.WriteAllText(Path.Combine(folder.Paths.RunsFolder, name), text);
        var error = Assert.Throws<FactoryException>(() => folder.AppendMany(1));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, folder.Bytes);
    }

    private static void AssertRefused(LedgerFolder folder, byte[] cut)
    {
        folder.Bytes = cut;
        var error = Assert.Throws<FactoryException>(() => folder.AppendMany(1));
        Assert.Equal((RunStatus.Blocked, BlockerKind.Policy, folder.Paths.Ledger), (error.Status, error.Blocker.Kind, error.Blocker.Path));
        Assert.Contains("shorter than its checkpoint by", error.Message, StringComparison.Ordinal);
        Assert.Equal(cut, folder.Bytes);
        Assert.Empty(folder.Quarantine);
    }

    // The files as a run's end leaves them, made by hand: two formats, no code in common.
    private static void Seal(LedgerFolder folder, Known known)
    {
        var (bytes, lines) = (folder.Bytes.Length, folder.Lines.Length);
        if (known == Known.FrontierBehind) (bytes, lines) = (folder.Lines[0].Length + 1, 1);
        if (known == Known.FrontierForged) (bytes, lines) = (1, 1000);
        var frontier = known == Known.FrontierBroken ? "{\"bytes\":" : string.Create(CultureInfo.InvariantCulture, $"{{\"bytes\":{bytes},\"lines\":{lines},\"nodes\":[]}}\n");
        var checkpoint = string.Create(CultureInfo.InvariantCulture, $"example.org/ledger\n{folder.Lines.Length}\n{Convert.ToBase64String(new byte[32])}\n\n— example.org/ledger AAAAAAAA\n");
        if (known != Known.CheckpointOnly) File.WriteAllText(Path.Combine(folder.Paths.RunsFolder, "factory_ledger.frontier.json"), frontier);
        if (known != Known.FrontierOnly) File.WriteAllText(Path.Combine(folder.Paths.RunsFolder, "factory_ledger.checkpoint"), checkpoint);
    }
}
