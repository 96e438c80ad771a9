using Factory.Core.Guards.Secrets;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Secrets;

public sealed class WordTableTests
{
    private static readonly (string Text, bool IgnoreCase)[] Words = [("abc", true), ("abc", false), ("abcab", false), ("bca", true), ("cabcabcab", true), ("a-b_", true), ("://", true), ("k2k", true)];

    [Property(MaxTest = 500)]
    public void Every_word_is_found_where_it_stands_and_nowhere_else(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var text = string.Concat(random.GetItems([.. Words.Select(word => word.Text), "a", "B", "C", "ABC", "-", "/", "\r", "k", "\u212a", "\u4e2d"], random.Next(30)));
        var table = new WordTable(Words);
        var (from, to) = (random.Next(text.Length + 1), text.Length);
        if (random.Next(2) == 0) to = random.Next(from, text.Length + 1);
        var expected = Enumerable.Range(from, to - from).SelectMany(at => Words.Select((word, place) => (at, place)).Where(one =>
            text.AsSpan(at).StartsWith(Words[one.place].Text, Words[one.place].IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)));
        Assert.Equal(expected, Find(table, text, from, to));
    }

    [Fact]
    public void A_word_of_two_characters_is_refused() => Assert.Throws<ArgumentException>(() => new WordTable([("abc", true), ("ab", true)]));

    private static List<(int At, int Place)> Find(WordTable table, string text, int from, int to)
    {
        var found = new List<(int At, int Place)>();
        for (var at = table.Next(text, from, to, out var words); at < to; at = table.Next(text, at + 1, to, out words))
            foreach (var word in words)
                if (word.StandsAt(text, at, WordTable.Read(text, at))) found.Add((at, word.Place));
        return [.. found.Order()];
    }
}
