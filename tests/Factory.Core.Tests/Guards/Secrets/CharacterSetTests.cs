using System.Text.RegularExpressions;
using Factory.Core.Guards.Secrets;

namespace Factory.Core.Tests.Guards.Secrets;

public sealed partial class CharacterSetTests
{
    // Every character there is, less those behind the last that a class of ASCII can tell from the others.
    private static readonly char[] Characters = [.. Enumerable.Range(0, 0x3100).Select(code => (char)code)];

    private static readonly (string Members, bool IgnoreCase)[] Classes =
        [.. PlainSecretSearch.Rules.SelectMany(rule => Class().Matches(rule.Pattern).Select(found => (found.Groups[1].Value, rule.IgnoreCase))).Append(("k", true)).Append(("q", true)).Append(("K", false)).Distinct()];

    public static TheoryData<string, bool> ClassesOfRules => new(Classes.Select(one => (one.Members, one.IgnoreCase)));

    [Theory]
    [MemberData(nameof(ClassesOfRules))]
    public void A_class_holds_what_it_holds_in_NET(string members, bool ignoreCase)
    {
        var regex = new Regex($"[{members}]", RegexOptions.CultureInvariant | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None));
        var set = CharacterSet.Parse(members, ignoreCase);
        Assert.Equal(Characters.Where(c => regex.IsMatch(c.ToString())), Characters.Where(set.Contains));
    }

    [Fact]
    public void What_two_sets_have_in_common_is_what_their_characters_say()
    {
        var sets = Classes.Select(one => CharacterSet.Parse(one.Members, one.IgnoreCase)).Append(CharacterSet.Empty).Append(CharacterSet.WhiteSpace()).ToList();
        foreach (var (left, right) in sets.SelectMany(left => sets.Select(right => (left, right))))
        {
            var either = left.Or(right);
            Assert.Equal(Array.Exists(Characters, c => left.Contains(c) && right.Contains(c)), left.Overlaps(right));
            Assert.Equal(Array.TrueForAll(Characters, c => left.Contains(c) || !right.Contains(c)), left.Covers(right));
            Assert.True(Array.TrueForAll(Characters, c => either.Contains(c) == (left.Contains(c) || right.Contains(c))));
        }
    }

    [Theory]
    [InlineData("a-z0-9", "abc0123456789xyz-abc", 16)]
    [InlineData("a-z", "abcdefghijklmnopqrstuvwxyz\u212aabcdefghijkl.", 39)]
    [InlineData("^\\s", "abcdefghijklmnopqrst\u4e2d\u00e9\u00e9 ", 23)]
    [InlineData("^\\s", "abcdefghijklmnopqrst\u2028", 20)]
    [InlineData("a", "", 0)]
    public void A_run_ends_at_the_first_character_that_does_not_belong_to_it(string members, string text, int length)
    {
        var set = CharacterSet.Parse(members, ignoreCase: true);
        Assert.Equal((length, length), (set.Measure(text), set.EndOfFew(text, 0, text.Length)));
    }

    [GeneratedRegex(@"\[((?:[^\]\\]|\\.)+)\]")]
    private static partial Regex Class();
}
