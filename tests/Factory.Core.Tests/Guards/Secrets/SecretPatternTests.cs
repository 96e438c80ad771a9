using System.Text.RegularExpressions;
using Factory.Core.Guards.Secrets;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Secrets;

public sealed class SecretPatternTests
{
    private const string Letters = "abc";

    // Patterns of few letters, where everything overlaps everything.
    [Property(MaxTest = 3000)]
    public void A_pattern_finds_what_NET_finds(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var pattern = $"{Terms(random, 2)}(?<secret>{Terms(random, 2)}[{Letters}]){Terms(random, 2)}{(random.Next(4) == 0 ? @"\z" : "")}";
        var regex = new Regex($@"\A(?:{pattern})", RegexOptions.CultureInvariant);
        var compiled = new SecretPattern(pattern, ignoreCase: false);
        var memory = compiled.NewMemory();
        // One memory for many places of one text, as in a search.
        var text = new string(random.GetItems<char>("aaabbc.", random.Next(40)));
        foreach (var at in Enumerable.Range(0, text.Length).OrderBy(_ => random.Next(3) == 0 ? random.Next(text.Length) : 0))
        {
            var end = random.Next(3) == 0 ? text.Length : random.Next(at, text.Length + 1);
            var expected = regex.Match(text[at..end]);
            Assert.Equal((pattern, text, at, end, expected.Success), (pattern, text, at, end, compiled.TryMatch(text, at, end, memory)));
            if (expected.Success) Assert.Equal((pattern, text, at + expected.Groups["secret"].Index, at + expected.Groups["secret"].Index + expected.Groups["secret"].Length), (pattern, text, memory.SecretStart, memory.SecretEnd));
        }
    }

    // Behind a keyword a pattern is gone on with, and what may not follow it is left out.
    [Property(MaxTest = 3000)]
    public void A_keyword_leaves_of_a_pattern_what_NET_finds_behind_it(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var keyword = new string(random.GetItems<char>(Letters, 1 + random.Next(5)));
        var pattern = $"{(random.Next(2) == 0 ? keyword : "")}{Terms(random, 3)}(?<secret>{Terms(random, 2)}[{Letters}])";
        var regex = new Regex($@"\A(?:{pattern})", RegexOptions.CultureInvariant);
        var compiled = new SecretPattern(pattern, ignoreCase: false);
        var tail = compiled.NewTail(keyword, (0, 0));
        for (var i = 0; i < 10; i++)
        {
            var text = keyword + new string(random.GetItems<char>("aaabbc.", random.Next(20)));
            var memory = compiled.NewMemory();
            var expected = regex.Match(text);
            Assert.Equal((pattern, text, expected.Success), (pattern, text, tail.TryMatch(text, 0, text.Length, memory)));
            if (!expected.Success) continue;
            Assert.True(tail.MayFit(text, keyword.Length), $"{pattern} {text}");
            Assert.Equal((expected.Groups["secret"].Index, expected.Groups["secret"].Length), (memory.SecretStart, memory.SecretEnd - memory.SecretStart));
        }
    }

    [Theory]
    [InlineData("a|b")]
    [InlineData("(a)")]
    [InlineData("(?:a")]
    [InlineData("(?:a)*")]
    [InlineData("(?<secret>a")]
    [InlineData("a*?")]
    [InlineData("a{2,3}?")]
    [InlineData("a{2")]
    [InlineData("{2}")]
    [InlineData("[ab")]
    [InlineData("[]")]
    [InlineData(".")]
    [InlineData("^a")]
    [InlineData("a$")]
    [InlineData(@"\d")]
    [InlineData(@"a\")]
    public void A_pattern_that_is_not_in_the_language_of_rules_is_refused(string pattern) =>
        Assert.Throws<FormatException>(() => new SecretPattern(pattern, ignoreCase: false));

    [Fact]
    public void A_group_of_too_many_alternatives_is_refused() =>
        Assert.Throws<FormatException>(() => new SecretPattern($"(?:{string.Join('|', Enumerable.Repeat("a", 32))})", ignoreCase: false));

    // Two in one pattern would multiply.
    [Fact]
    public void No_rule_has_more_than_one_run_that_gives_way_and_none_a_long_one()
    {
        foreach (var rule in PlainSecretSearch.Rules)
        {
            var lengths = new SecretPattern(rule.Pattern, rule.IgnoreCase).GivingWay;
            Assert.True(lengths.Count <= 1 && lengths.All(length => length <= 128), $"{rule.Id}: {string.Join(", ", lengths)}");
        }
    }

    // A place that was tried in vain for one keyword is not tried for the next.
    [Fact]
    public void A_rule_whose_secrets_begin_at_several_places_sees_all_of_each()
    {
        foreach (var rule in PlainSecretSearch.Rules.Where(rule => rule.Offsets is null && rule.MinBefore < rule.Before))
        {
            var terms = PatternReader.Read(rule.Pattern, rule.IgnoreCase);
            var runs = terms.OfType<PatternTerm.Run>().ToList();
            Assert.Equal(terms.Count, runs.Count);
            Assert.InRange(runs.Sum(run => (long)run.Most), 1, rule.MinBefore + rule.After);
            Assert.DoesNotContain(runs, run => run.Set.Contains('\n'));
        }
    }

    private static string Terms(Random random, int depth) => string.Concat(Enumerable.Range(0, random.Next(4)).Select(_ => Term(random, depth)));

    private static string Term(Random random, int depth) => random.Next(depth == 0 ? 4 : 6) switch
    {
        0 => new string(random.GetItems<char>(Letters, 1 + random.Next(3))),
        1 or 2 or 3 => random.GetItems(["a", "b", "[ab]", "[bc]", "[a-c]", "[^a]", "[^.]"], 1)[0] + random.GetItems(["", "?", "*", "+", "{2}", "{1,}", "{0,2}", "{1,3}", "{2,9}", "{3,40}"], 1)[0],
        _ => $"(?:{string.Join('|', Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Terms(random, depth - 1)))}){(random.Next(3) == 0 ? "?" : "")}",
    };
}
