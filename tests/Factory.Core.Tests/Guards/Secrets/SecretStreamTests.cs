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

    [Theory]
    [InlineData("\u5bc6\u7801\u662f{0}\r\n")]
    [InlineData("\u4ee4\u724c{0}\u597d\r\n")]
    [InlineData("\u4e2d\u6587 {0} \u4e2d\u6587")]
    [InlineData("\u3000\u3000\u3000\u3000\u3000\u3000{0}\u3000\u3000\u3000\u3000\u3000\u3000")]
    [InlineData("ab\0{0}\0cd\0")]
    public void What_stands_beside_a_secret_does_not_hide_it_in_UTF_16(string format)
    {
        var token = SecretSamples.ByRule["github-token"](new Random(3)).Secret;
        var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, format, token);
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32])
            Assert.Equal(token, Assert.Single(Hits(encoding.GetBytes(text), 5)).Secret);
    }

    [Property(MaxTest = 300)]
    public void Every_encoding_shows_the_secrets_of_the_text(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        foreach (var (rule, sample) in SecretSamples.ByRule)
        {
            // What ends with its line has no neighbour there.
            var text = Neighbours(random) + sample(random).Line + (rule == "secret-setting" ? "\n" : Neighbours(random));
            var expected = SecretScanner.BuiltIn.Find(text).Select(span => (span.Rule.Id, text[span.Start..span.End])).ToList();
            // What of another script is in a secret itself is not read as one character.
            if (expected.Exists(one => !Ascii.IsValid(one.Item2))) continue;
            foreach (var encoding in Wide)
            {
                byte[] plain = [.. random.Next(2) == 0 ? encoding.GetPreamble() : [], .. encoding.GetBytes(text)];
                var part = 1 + random.Next(plain.Length);
                Assert.Equal((encoding.WebName, text, Show(expected)), (encoding.WebName, text, Show(Hits(plain, part, blockSize: 1).Select(hit => (hit.Rule.Id, hit.Secret)))));
                if (encoding is UTF32Encoding) continue;
                // At an odd place of the file, which of two bytes begins or ends a secret of open length is not to be known.
                var odd = Hits([0xFF, .. plain], part);
                Assert.All(expected, one => Assert.Contains(odd, hit => hit.Secret.Contains(one.Item2[1..^1], StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public void A_secret_beside_another_script_is_found_at_every_edge_of_a_block()
    {
        var token = SecretSamples.ByRule["github-token"](new Random(3)).Secret;
        foreach (var encoding in Wide)
        {
            var bytes = encoding.GetBytes($"\u4ee4\u724c\u662f{token}\u597d\u5bc6\u7801");
            for (var before = 0; before < 2 * bytes.Length; before++)
            {
                // Of a block of 64 KB, so many bytes are left.
                byte[] filled = [.. encoding.GetBytes(new string('\u662f', 40_000))[..(65_536 - before)], .. bytes];
                if (encoding.GetByteCount("a") > 1 && (before & 1) != 0) continue;
                Assert.Equal((before, token), (before, Assert.Single(Hits(filled, filled.Length, blockSize: 1)).Secret));
            }
        }
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

    private static readonly Encoding[] Wide = [Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: true)];

    private static string Show(IEnumerable<(string Rule, string Secret)> hits) => string.Join('\n', hits);

    // Letters of one script, as texts have them; none of them is an ASCII letter, a digit, or half of a pair.
    private static string Neighbours(Random random)
    {
        var first = random.GetItems([0xA1, 0x100, 0x370, 0x410, 0x5D0, 0x620, 0x905, 0xE01, 0x10D0, 0x1E00, 0x3000, 0x3041, 0x30A1, 0x4E00, 0x6200, 0x7E00, 0xAC00, 0xFF01, 0x1F300, 0x20100], 1)[0];
        return string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => char.ConvertFromUtf32(first + random.Next(first == 0xA1 ? 94 : 256)))) + (random.Next(6) == 0 ? " " : "");
    }

    private static List<SecretHit> Hits(byte[] bytes, int part, int? blockSize = null)
    {
        using var stream = blockSize is { } size ? new SecretStream(SecretScanner.BuiltIn, 1000, size) : new SecretStream(SecretScanner.BuiltIn, 1000);
        for (var at = 0; at < bytes.Length; at += part) stream.Append(bytes.AsSpan(at, Math.Min(part, bytes.Length - at)));
        stream.Complete();
        return [.. stream.Hits];
    }
}
