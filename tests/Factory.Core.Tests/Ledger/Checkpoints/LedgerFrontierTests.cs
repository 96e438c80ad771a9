using System.Text;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;
using Factory.Core.Ledger.Hashing;

namespace Factory.Core.Tests.Ledger.Checkpoints;

public sealed class LedgerFrontierTests
{
    private static readonly byte[] Hash = [.. Enumerable.Range(200, 32).Select(static value => (byte)(value + 20))];

    private static readonly LedgerFrontier Frontier = new()
    {
        Bytes = (2 * LedgerFrontier.DigestStep) + 70,
        DigestStates = [Hash, Hash],
        Lines = 5,
        NewestTimestamp = new DateTimeOffset(2026, 2, 18, 13, 15, 10, 7, TimeSpan.Zero),
        IsOrdered = true,
        Subtrees = [Hash, Hash],
        TailState = Hash,
    };

    [Fact]
    public void A_frontier_has_one_form_and_is_read_back_from_it()
    {
        var hash = Convert.ToBase64String(Hash);
        var text = $$"""{"bytes":524358,"digest_states":["{{hash}}","{{hash}}"],"lines":5,"newest_ts":"2026-02-18T13:15:10.0070000Z","ordered":true,"schema_version":1,"subtrees":["{{hash}}","{{hash}}"],"tail_state":"{{hash}}"}""" + "\n";
        Assert.Equal(text, Encoding.UTF8.GetString(Frontier.Format()));
        Assert.Contains('+', hash);
        var read = LedgerFrontier.TryParse(Frontier.Format())!;
        Assert.Equal(Frontier.Format(), read.Format());
        Assert.Equal((Frontier.Bytes - 6, Frontier.NewestTimestamp), (read.TailStateAt, read.NewestTimestamp));
        Assert.Null(LedgerFrontier.TryParse((Frontier with { NewestTimestamp = null }).Format())!.NewestTimestamp);
    }

    [Theory]
    [InlineData("\"lines\":5", "\"lines\":4")]
    [InlineData("\"lines\":5", "\"lines\":5.0")]
    [InlineData("\"lines\":5", "\"lines\":5,\"lines\":5")]
    [InlineData("\"lines\":5", "\"lines\":-5")]
    [InlineData("\"lines\":5", "\"lines\":5,\"more\":1")]
    [InlineData("\"bytes\":524358,", "")]
    [InlineData("\"bytes\":524358", "\"bytes\":3")]
    [InlineData("\"bytes\":524358", "\"bytes\":\"524358\"")]
    [InlineData("\"schema_version\":1", "\"schema_version\":2")]
    [InlineData("\"ordered\":true", "\"ordered\":1")]
    [InlineData("Z\"", "\"")]
    [InlineData("\n", "")]
    [InlineData("\n", "\r\n")]
    [InlineData("{\"", "[\"")]
    [InlineData("\"tail_state\":\"", "\"tail_state\":\"AAAA")]
    public void What_is_not_exactly_a_frontier_is_none(string part, string replacement)
    {
        var text = Encoding.UTF8.GetString(Frontier.Format());
        Assert.Null(LedgerFrontier.TryParse(Encoding.UTF8.GetBytes(text.Replace(part, replacement, StringComparison.Ordinal))));
    }

    [Fact]
    public void States_are_kept_at_every_step_wherever_the_lines_end()
    {
        var fold = new LedgerFold();
        var hash = new ResumableSha256();
        var line = new byte[400_001];
        line.AsSpan().Fill((byte)'a');
        var whole = LedgerFolder.JoinLines(Enumerable.Repeat(line, 7));
        for (var i = 0; i < 7; i++) fold.Add(line, LedgerHash.Leaf(line));
        var frontier = fold.Frontier();
        Assert.Equal((10, whole.Length), (frontier.DigestStates.Count, frontier.Bytes));
        for (var step = 0; step < 10; step++)
        {
            hash.Append(whole.AsSpan(step * (int)LedgerFrontier.DigestStep, (int)LedgerFrontier.DigestStep));
            Assert.Equal(hash.BlockState(out _), frontier.DigestStates[step].ToArray());
        }

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(whole), fold.Digest());
        Assert.False(frontier.IsOrdered);
    }
}
