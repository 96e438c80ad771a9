using Factory.Core.Guards.Secrets;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Secrets;

public sealed class EntropyTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("aaaa", 0)]
    [InlineData("abcd", 2)]
    [InlineData("abcabcabcd\u0161\u0162\u0163dd", 1.989898)]
    [InlineData("0123456789abcdef", 4)]
    public void Entropy_is_in_bits_a_character(string text, double bits) => Assert.Equal(bits, Entropy.Of(text), 6);

    // A threshold that a text meets exactly must not be missed by rounding.
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(37)]
    [InlineData(1500)]
    public void A_text_is_never_less_random_than_it_is(int times) => Assert.InRange(Entropy.Of(string.Concat(Enumerable.Repeat("abcdefgh", times))), 3, 3.000001);

    [Property(MaxTest = 300)]
    public void A_part_of_a_text_is_as_random_whatever_was_counted_before(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var text = new string(random.GetItems<char>("abcdefghijklmnopqrst\u00e9\u4e2d", 600));
        var entropy = new Entropy();
        for (var (i, start) = (0, 0); i < 50; i++)
        {
            start = random.Next(4) == 0 ? random.Next(text.Length) : Math.Clamp(start + random.Next(-5, 20), 0, text.Length);
            var end = random.Next(start, Math.Min(text.Length, start + 300) + 1);
            Assert.Equal(Entropy.Of(text.AsSpan(start..end)), entropy.Of(text, start, end));
        }
    }
}
