using System.Text;
using Factory.Core.Guards.Secrets;
using FsCheck;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Secrets;

public sealed class SecretStreamTests
{
    [Property(MaxTest = 15)]
    public void The_same_secrets_are_found_wherever_the_file_is_cut_into_parts(int seed, PositiveInt size)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        foreach (var sample in SecretSamples.ByRule.Values)
        {
            text.Append(SecretSamples.Of(random, random.Next(40_000), "abc def\n"));
            text.Append('\n').Append(sample(random).Line).Append('\n');
        }

        var bytes = Encoding.UTF8.GetBytes(text.ToString());
        var whole = Hits(bytes, bytes.Length);
        Assert.Equal(SecretSamples.ByRule.Count, whole.Count);
        Assert.Equal(whole, Hits(bytes, 1 + (size.Get * 997 % 70_000)));
    }

    [Property(MaxTest = 15)]
    public void Every_line_number_is_that_of_the_file(int seed)
    {
        var random = new Random(seed);
        var lines = Enumerable.Range(0, 20_000).Select(_ => SecretSamples.Of(random, random.Next(60), "xyz ;(")).ToList();
        var places = Enumerable.Range(0, 5).Select(_ => random.Next(lines.Count)).Distinct().Order().ToList();
        foreach (var place in places) lines[place] = SecretSamples.ByRule["github-token"](random).Line;
        var hits = Hits(Encoding.UTF8.GetBytes(string.Join('\n', lines)), 5000);
        Assert.Equal(places.Select(place => place + 1L), hits.Select(hit => hit.Line));
    }

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE", "utf-32", "latin1"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void A_secret_is_found_in_every_encoding_that_holds_ascii(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        var token = SecretSamples.ByRule["github-token"](new Random(3)).Secret;
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes($"first\r\nsecond é\r\ntoken: {token}\r\n")];
        var hit = Assert.Single(Hits(bytes, 7));
        Assert.Equal((3L, token), (hit.Line, hit.Secret));
    }

    [Theory]
    [InlineData("GITHUB_TOKEN={0}\0PATH=/bin\0")]
    [InlineData("name\0{0}\0")]
    public void A_NUL_between_two_words_is_no_reason_to_read_them_as_one(string format)
    {
        var token = SecretSamples.ByRule["github-token"](new Random(3)).Secret;
        var bytes = Encoding.ASCII.GetBytes(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, token));
        for (var part = 1; part <= bytes.Length; part++) Assert.Equal([token], Hits(bytes, part).Select(hit => hit.Secret));
    }

    // As many separators as NULs, in files of more than one block.
    [Fact]
    public void A_list_of_any_length_with_NULs_between_its_words_is_searched_to_its_end()
    {
        var token = SecretSamples.ByRule["github-token"](new Random(3)).Secret;
        foreach (var unit in (string[])["ab\0", "abc\0\0", "a\0bc\0"])
            Assert.Equal(token, Assert.Single(Hits(Encoding.ASCII.GetBytes(Repeat(unit, 1_500_000) + "xy\0" + token + "\0"), 65_536)).Secret);
    }

    [Fact]
    public void Letters_of_another_script_beside_a_secret_do_not_hide_it_in_UTF_16()
    {
        var token = SecretSamples.ByRule["github-token"](new Random(3)).Secret;
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
            Assert.Equal(token, Assert.Single(Hits(encoding.GetBytes($"\u4e2d\u6587 {token} \u4e2d\u6587"), 5)).Secret);
    }

    [Fact]
    public void A_secret_is_found_in_a_binary_file_and_in_a_line_without_end()
    {
        var random = new Random(5);
        var noise = new byte[3_000_000];
        random.NextBytes(noise);
        var token = SecretSamples.ByRule["github-token"](random).Secret;
        Assert.Contains(Hits([.. noise, 0, 0, .. Encoding.ASCII.GetBytes(token), 0, .. noise], 65_536), hit => hit.Secret == token);
        Assert.Single(Hits(Encoding.ASCII.GetBytes(new string('a', 5_000_000) + " " + token), 65_536));
    }

    [Fact]
    public void A_stream_stops_at_the_number_of_secrets_that_was_asked_for()
    {
        var random = new Random(11);
        var text = string.Concat(Enumerable.Range(0, 100).Select(_ => SecretSamples.ByRule["github-token"](random).Line + "\n"));
        using var stream = new SecretStream(SecretScanner.BuiltIn, 7);
        stream.Append(Encoding.ASCII.GetBytes(text));
        stream.Complete();
        Assert.Equal(7, stream.Hits.Count);
    }

    // Texts that make backtracking engines, or windows that overlap, run for hours. The whole test takes a moment.
    [Fact(Timeout = 60_000)]
    public void No_text_makes_the_search_slow()
    {
        foreach (var text in SecretRuleSet.BuiltIn.Rules.SelectMany(rule => rule.Keywords).Distinct().Select(keyword => Repeat(keyword, 20_000))
            .Concat(["eyJaaaaaaaaa.", "://a:", "password=a1;", "token = 'a1", "a1Q~", "1:AA", "AAAAAZDOAAAA", "-----BEGIN PRIVATE KEY-----a", "sk-aT3BlbkFJ", "authorization: bearer ", "secret ", "xoxb-1", "-eyJ", "-eyJ8fKs0dLpQ7zXc2vBnM", "sk-T3BlbkFJ-", "secretsecretsecretsecretsecretsecret://", "xoxr-glcbt-secretaccesskeypassword://"])
            .Select(unit => Repeat(unit, 100_000)))
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Hits(Encoding.ASCII.GetBytes(text), 65_536);
        }
    }

    // A token behind many beginnings of tokens in one word is still the last thing in it.
    [Theory]
    [InlineData("xo" + "xb-")]
    [InlineData("gl" + "pat-")]
    public void A_token_at_the_end_of_a_word_of_many_beginnings_is_found(string beginning)
    {
        var token = beginning + SecretSamples.Of(new Random(12), 40, "abcdefghijklmnopqrstuvwxyz0123456789");
        var hits = Hits(Encoding.ASCII.GetBytes(Repeat(beginning, 3000) + token + "\n"), 65_536);
        Assert.Contains(hits, hit => hit.Secret.EndsWith(token, StringComparison.Ordinal));
    }

    [Property(MaxTest = 20)]
    public void No_bytes_break_it(byte[] noise, NonNegativeInt seed)
    {
        var random = new Random(seed.Get);
        var keywords = SecretRuleSet.BuiltIn.Rules.SelectMany(rule => rule.Keywords).ToArray();
        var bytes = Enumerable.Range(0, 3000).SelectMany(_ => (byte[])[.. Encoding.ASCII.GetBytes(random.GetItems(keywords, 1)[0]), .. noise]).ToArray();
        Hits(bytes, 1000);
    }

    private static string Repeat(string unit, int length) => string.Concat(Enumerable.Repeat(unit, (length / unit.Length) + 1));

    private static List<SecretHit> Hits(byte[] bytes, int part)
    {
        using var stream = new SecretStream(SecretScanner.BuiltIn, 1000);
        for (var at = 0; at < bytes.Length; at += part) stream.Append(bytes.AsSpan(at, Math.Min(part, bytes.Length - at)));
        stream.Complete();
        return [.. stream.Hits];
    }
}
