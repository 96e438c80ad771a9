using System.Text;
using Factory.Core.Guards.Secrets;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Secrets;

/// <summary>The search remembers, leaves out and goes through texts in blocks; what it finds is held against a search that does none of it.</summary>
public sealed class SecretSearchTests
{
    // None of them is a byte of Latin-1: messages and names are searched too.
    private static readonly string[] Beyond = ["\u212a", "\u0130", "\u017f", "\u2028", "\u4e2d", "\ud83d\ude00"];

    [Property(MaxTest = 500)]
    public void The_search_finds_exactly_what_the_rules_mean(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var text = HostileText.Of(random, random.Next(3000));
        if (random.Next(4) == 0)
            for (var i = 0; i < 20; i++) text = text.Insert(random.Next(text.Length + 1), random.GetItems(Beyond, 1)[0]);
        var found = SecretScanner.BuiltIn.Find(text).Select(span => (span.Rule.Id, span.Start, span.End));
        Assert.Equal(PlainSecretSearch.Find(text), found);
    }

    [Property(MaxTest = 100)]
    public void A_file_in_pieces_holds_exactly_what_the_rules_mean(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var text = HostileText.Of(random, random.Next(6000));
        Assert.Equal(PlainSecretSearch.Find(text).Select(one => Hit(text, one)), Hits(text, random, blockSize: 1 << 16));
    }

    // Where secrets overlap, which of them counts is settled in each block.
    [Property(MaxTest = 25)]
    public void A_file_of_many_blocks_holds_what_the_rules_mean(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var text = HostileText.Of(random, 30_000);
        var all = PlainSecretSearch.FindAll(text).ToList();
        var alone = all.Where(one => !all.Exists(other => other != one && one.Start < other.End && other.Start < one.End));
        var hits = Hits(text, random, blockSize: 1).ToHashSet();
        Assert.Subset(all.Select(one => Hit(text, one)).ToHashSet(), hits);
        Assert.Superset(alone.Select(one => Hit(text, one)).ToHashSet(), hits);
    }

    // Tokens whose keyword stands in their middle, and of which one begins in another.
    [Property(MaxTest = 300)]
    public void Secrets_that_begin_before_their_keyword_are_found_exactly(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(3) == 0
            ? SecretSamples.Of(random, random.Next(45), "abcdefghijklmnopqrstuvwxyz0123456789")
            : random.GetItems(["sk-", "-sk-", "T3BlbkFJ", "T3BlbkFJ", "aaaaaaaaaaaaaaaaaaaaaaaa", "-", "\n", ":AA", "12345678:AA", "987654321", " ", "/", "+ACR", "APIM", "AzCa", "AAAA=="], 1)[0]));
        Assert.Equal(PlainSecretSearch.Find(text), SecretScanner.BuiltIn.Find(text).Select(span => (span.Rule.Id, span.Start, span.End)));
    }

    [Fact]
    public void A_secret_that_is_found_later_and_begins_sooner_counts()
    {
        var random = new Random(4);
        string Some(int length) => SecretSamples.Of(random, length, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        var text = $"{Some(19)}/{Some(42)}+A{"CR"}{Some(6)}/{Some(3)}AP{"IM"}{Some(5)}A== ";
        Assert.Equal(text.Length - 1, Assert.Single(SecretScanner.BuiltIn.Find(text)).End);
        Assert.Equal(PlainSecretSearch.Find(text), SecretScanner.BuiltIn.Find(text).Select(span => (span.Rule.Id, span.Start, span.End)));
    }

    private static (string Rule, long Line, string Secret) Hit(string text, (string Rule, int Start, int End) one) =>
        (one.Rule, 1 + text.AsSpan(0, one.Start).Count('\n'), text[one.Start..one.End]);

    private static IEnumerable<(string Rule, long Line, string Secret)> Hits(string text, Random random, int blockSize)
    {
        using var stream = new SecretStream(SecretScanner.BuiltIn, int.MaxValue, blockSize);
        var bytes = Encoding.Latin1.GetBytes(text).AsSpan();
        while (!bytes.IsEmpty)
        {
            var piece = Math.Min(bytes.Length, 1 + random.Next(random.Next(2) == 0 ? 10 : 10_000));
            stream.Append(bytes[..piece]);
            bytes = bytes[piece..];
        }

        stream.Complete();
        return [.. stream.Hits.Select(hit => (hit.Rule.Id, hit.Line, hit.Secret))];
    }
}
