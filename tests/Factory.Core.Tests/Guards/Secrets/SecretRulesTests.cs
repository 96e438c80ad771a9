using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Secrets;

public sealed class SecretRulesTests
{
    public static TheoryData<string> Rules => [.. SecretRuleSet.BuiltIn.Rules.Select(rule => rule.Id)];

    [Fact]
    public void The_file_of_rules_is_of_its_schema()
    {
        using var stream = typeof(SecretRuleSet).Assembly.GetManifestResourceStream("schemas/secret_rules.json")!;
        using var reader = new StreamReader(stream);
        // Thresholds are fractions, which no document of a run may hold; the validator names each of them and nothing else.
        var problems = SchemaGate.Validate(Encoding.UTF8.GetBytes(reader.ReadToEnd()), SchemaGate.Load("secret_rules"));
        Assert.All(problems, problem => Assert.EndsWith(".min_entropy", problem.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_rule_has_its_own_name_and_a_sample_here()
    {
        var ids = SecretRuleSet.BuiltIn.Rules.Select(rule => rule.Id).ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
        Assert.Equal(ids.Order(StringComparer.Ordinal), SecretSamples.ByRule.Keys.Order(StringComparer.Ordinal));
        Assert.All(SecretRuleSet.BuiltIn.Rules, rule => Assert.InRange(rule.After, 1, SecretRule.LongestReach));
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_finds_its_secrets_and_exactly_them(string rule)
    {
        var random = new Random(20260101);
        for (var i = 0; i < 50; i++)
        {
            var (line, secret) = SecretSamples.ByRule[rule](random);
            var text = $"some words before\n{line}\nand after\n";
            var span = Assert.Single(SecretScanner.BuiltIn.Find(text));
            Assert.Equal((rule, secret), (span.Rule.Id, text[span.Start..span.End]));
        }
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void A_rule_finds_its_secrets_in_quotes_and_after_escapes(string rule)
    {
        var random = new Random(7);
        foreach (var (before, after) in ((string, string)[])[("x = '", "'"), ("{\"a\":\"\\n", "\"}"), ("<v>", "</v>"), ("\t- ", " # c"), ("é ", " é")])
        {
            if (rule == "secret-setting" && after is not "") continue;
            var (line, secret) = SecretSamples.ByRule[rule](random);
            var text = before + line.Replace("\n", before.Contains("\\n", StringComparison.Ordinal) ? "\\n" : "\n", StringComparison.Ordinal) + after;
            Assert.Contains(SecretScanner.BuiltIn.Find(text), span => text[span.Start..span.End].Contains(secret[..10], StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("ConvertTo-SecureString '{0}' -AsPlainText -Force")]
    [InlineData("ConvertTo-SecureString \"{0}\" -AsPlainText -Force")]
    [InlineData("$p = ConvertTo-SecureString -String '{0}' -AsPlainText -Force")]
    [InlineData("convertto-securestring -AsPlainText -Force -String '{0}'")]
    [InlineData("ConvertTo-SecureString  -Force -AsPlainText '{0}'")]
    [InlineData("(ConvertTo-SecureString -String:\"{0}\" -AsPlainText)")]
    [InlineData("ConvertTo-SecureString ('{0}') -AsPlainText")]
    public void A_literal_that_PowerShell_makes_a_secure_string_is_found_in_every_spelling(string format)
    {
        var password = SecretSamples.Of(new Random(9), 9, "abcdefghkmnpqrstuvwxyz") + "$7!";
        var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, format, password);
        var span = Assert.Single(SecretScanner.BuiltIn.Find(text));
        Assert.Equal(("powershell-secure-string", password), (span.Rule.Id, text[span.Start..span.End]));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(13)]
    public void A_bot_token_of_Slack_is_found_in_its_usual_form(int digits)
    {
        var random = new Random(digits);
        var token = $"xo{"xb"}-{SecretSamples.Of(random, 12, "0123456789")}-{SecretSamples.Of(random, digits, "0123456789")}-{SecretSamples.Of(random, 24, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")}";
        var text = $"SLACK_BOT_TOKEN={token}\n";
        var span = Assert.Single(SecretScanner.BuiltIn.Find(text));
        Assert.Equal(("slack-token", token), (span.Rule.Id, text[span.Start..span.End]));
    }

    // A token that lists groups has a payload of many kilobytes; all of it is the secret.
    [Theory]
    [InlineData("jwt", 4_200)]
    [InlineData("jwt", 16_000)]
    [InlineData("private-key", 12_000)]
    [InlineData("kubeconfig-key", 12_000)]
    public void A_long_secret_is_found_as_a_whole(string rule, int length)
    {
        var random = new Random(length);
        var (line, secret) = SecretSamples.ByRule[rule](random);
        var at = line.IndexOf(secret, StringComparison.Ordinal) + (secret.Length / 2);
        var text = "a\n" + line.Insert(at, SecretSamples.Of(random, length, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")) + "\nb";
        var span = Assert.Single(SecretScanner.BuiltIn.Find(text));
        Assert.Equal((rule, secret.Length + length), (span.Rule.Id, span.End - span.Start));
    }

    [Theory]
    [InlineData("password = \"changeme123\"")]
    [InlineData("ConvertTo-SecureString '<password1>' -AsPlainText -Force")]
    [InlineData("ConvertTo-SecureString $password1 -AsPlainText -Force")]
    [InlineData("ConvertTo-SecureString \"$env:PASSWORD_1\" -AsPlainText -Force")]
    [InlineData("ConvertTo-SecureString \"$($env:PASSWORD_1)\" -AsPlainText -Force")]
    [InlineData("ConvertTo-SecureString -String 'YourPassword1' -AsPlainText -Force")]
    [InlineData("ConvertTo-SecureString -AsPlainText 'password' -Force")]
    [InlineData("ConvertTo-SecureString (Get-Secret 'db1') -AsPlainText")]
    [InlineData("password = os.environ[\"DB_PASSWORD_1\"]")]
    [InlineData("password = \"${DB_PASSWORD_1}\"")]
    [InlineData("secret = getSecret(\"name-of-secret-1\")")]
    [InlineData("token_type = \"authorization_code_2\"")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    [InlineData("if (text.StartsWith(\"-----BEGIN RSA PRIVATE KEY-----\")) return;")]
    [InlineData("https://user:password@example.invalid/")]
    [InlineData("git@github.com:owner/name.git")]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    [InlineData("ghp_000000000000000000000000000000000000")]
    [InlineData("public_token = \"the token of the public\"")]
    [InlineData("sha512-4f8ce0d2b7a1d3b3c6a1e2f30f4a5b6c7d8e9f00112233445566778899aabbcc")]
    [InlineData("7f3a2c1b9d8e4f5061728394a5b6c7d8e9f00112")]
    public void Ordinary_text_holds_no_secret(string text) => Assert.Empty(SecretScanner.BuiltIn.Find(text));

    [Property(MaxTest = 50)]
    public void The_earlier_rule_wins_where_two_find_the_same(int seed)
    {
        var (_, token) = SecretSamples.ByRule["github-token"](new Random(seed));
        var span = Assert.Single(SecretScanner.BuiltIn.Find($"token = \"{token}\""));
        Assert.Equal("github-token", span.Rule.Id);
    }

    // Rules match their patterns themselves, to be fast; what .NET finds is what counts.
    [Property(MaxTest = 40)]
    public void The_pattern_of_a_rule_finds_what_NET_finds(int seed)
    {
        var random = new Random(seed);
        foreach (var (entry, whole) in Whole.Value)
        {
            var pattern = new SecretPattern(entry.Pattern, entry.IgnoreCase);
            foreach (var text in Texts(random, entry))
            {
                var expected = whole.Match(text);
                var group = expected.Groups["secret"] is { Success: true } secret ? secret : (System.Text.RegularExpressions.Group)expected;
                var memory = pattern.NewMemory();
                Assert.Equal((entry.Id, text, expected.Success), (entry.Id, text, pattern.TryMatch(text, 0, text.Length, memory)));
                if (expected.Success) Assert.Equal((entry.Id, text, group.Index, group.Index + group.Length), (entry.Id, text, memory.SecretStart, memory.SecretEnd));
            }
        }
    }

    private static readonly Lazy<IReadOnlyList<(SecretRuleEntry Entry, System.Text.RegularExpressions.Regex Whole)>> Whole =
        new(() => [.. PlainSecretSearch.Rules.Select(entry => (entry, PlainSecretSearch.WholePattern(entry)))]);

    // Samples cut and mended at random places, and texts put together of what patterns are made of.
    private static IEnumerable<string> Texts(Random random, SecretRuleEntry entry)
    {
        string[] pieces = [.. entry.Keywords, " ", "=", ":", "=>", ":=", "==", "\"", "'", "`", ";", "@", "/", "a1", "A", "%3D", "-", "_", ".", "://", "\t", "bearer ", new string('x', 9), "Ab3dE5gH7jK9mN1p", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"];
        for (var i = 0; i < 20; i++)
        {
            var (line, _) = SecretSamples.ByRule[entry.Id](random);
            var at = line.IndexOf(entry.Keywords.First(word => line.Contains(word, StringComparison.OrdinalIgnoreCase)), StringComparison.OrdinalIgnoreCase);
            var text = line[Math.Max(0, at - entry.Before)..];
            var cut = random.Next(text.Length);
            yield return text;
            yield return text[..cut] + random.GetItems(pieces, 1)[0] + text[(cut + random.Next(2))..];
            yield return entry.Keywords[random.Next(entry.Keywords.Count)] + string.Concat(random.GetItems(pieces, random.Next(12)));
        }
    }
}
