using Factory.Core.Guards.Secrets;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Secrets;

public sealed class PlaceholdersTests
{
    private static readonly string[] Parts = ["abc", "ABCa", "bcab", "xxxxx", "caaaaaaaac", "cabcxxxxxx"];

    [Property(MaxTest = 500)]
    public void A_placeholder_is_seen_in_the_parts_that_hold_it_and_in_no_other(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var text = string.Concat(random.GetItems([.. Parts, "a", "b", "C", "x", "xxxx", ".", "....", "caaaaaaaa", "cabcxxxxx"], random.Next(60)));
        var search = new PlaceholderSearch(new Placeholders(Parts, ["abc"]));
        for (var (i, start) = (0, 0); i < 60; i++)
        {
            start = random.Next(5) == 0 ? random.Next(text.Length + 1) : Math.Min(start + random.Next(4), text.Length);
            var end = random.Next(start, Math.Min(text.Length, start + 40) + 1);
            var part = text[start..end];
            Assert.Equal((text, start, end, Parts.Any(one => part.Contains(one, StringComparison.OrdinalIgnoreCase))), (text, start, end, search.IsIn(text, start, end)));
        }
    }

    [Fact]
    public void A_word_is_a_placeholder_only_as_a_whole()
    {
        var placeholders = new Placeholders(Parts, ["secret"]);
        Assert.True(placeholders.IsWord("Secret"));
        Assert.False(placeholders.IsWord("secrets"));
        Assert.False(placeholders.IsWord("secre"));
    }
}
