using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Secrets;

public sealed class SecretRedactorTests
{
    [Property(MaxTest = 30)]
    public void What_a_rule_recognises_does_not_get_through(int seed)
    {
        var redactor = new SecretRedactor();
        foreach (var (rule, sample) in SecretSamples.ByRule)
        {
            var (line, secret) = sample(new Random(seed));
            var clean = redactor.Redact(line);
            Assert.DoesNotContain(secret, clean, StringComparison.Ordinal);
            Assert.Contains($"[redacted: {rule}]", clean, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_secret_without_a_digit_does_not_get_through() =>
        Assert.Equal("[redacted: aws-access-key-id]", new SecretRedactor().Redact(string.Concat("AK", "IAVEEQFIXQFYHIQKMI")));

    [Fact]
    public void A_secret_that_slashes_cut_into_short_pieces_does_not_get_through() =>
        Assert.Equal("aws_secret_access_key = [redacted: aws-secret-key]", new SecretRedactor().Redact("aws_secret_access_key = XIheKUmatnExe5+/VcrISUW+Y+jGfWkXT/aEJv2O"));

    [Fact]
    public void What_was_found_once_does_not_get_through_anywhere()
    {
        var redactor = new SecretRedactor();
        redactor.Learn(["hunter", "hunter2"]);
        var blocker = redactor.Redact(new Blocker(BlockerKind.Scope, "A", "keys/hunter2.txt", "changed keys/hunter2.txt", "allow hunter"));
        Assert.Equal(("keys/[redacted].txt", "changed keys/[redacted].txt", "allow [redacted]"), (blocker.Path, blocker.Message, blocker.NextAction));
    }

    [Theory]
    [InlineData("")]
    [InlineData("A_worker changed 'src/app.py', which none of its allow-list globs matches (docs/**)")]
    [InlineData("commit 7f3a2c1b9d8e4f5061728394a5b6c7d8e9f00112 of factory_20261122_173139_b67af69b_001")]
    [InlineData("src/a.py:12 adds what looks like a secret: GitHub token (rule github-token, fingerprint 0123456789abcdef)")]
    public void Other_messages_stay_as_they_are(string text) => Assert.Equal(text, new SecretRedactor().Redact(text));

    // A file is searched byte by byte; its text reaches messages as Unicode.
    [Fact]
    public void A_secret_with_letters_beyond_ascii_does_not_get_through_as_text()
    {
        var redactor = new SecretRedactor();
        redactor.Learn([System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes("gehe\u00edm-wort-1"))]);
        Assert.Equal("x [redacted] y", redactor.Redact("x gehe\u00edm-wort-1 y"));
    }

    [Property(MaxTest = 200)]
    public void Nothing_that_was_learned_gets_through_in_any_value(FsCheck.NonEmptyString secret, FsCheck.NonNull<string> before, FsCheck.NonNull<string> after)
    {
        if ("[redacted]".Contains(secret.Get, StringComparison.Ordinal) || secret.Get.Contains('[', StringComparison.Ordinal) || secret.Get.Contains(']', StringComparison.Ordinal)) return;
        var redactor = new SecretRedactor();
        redactor.Learn([secret.Get]);
        var text = before.Get + secret.Get + after.Get;
        var values = (IReadOnlyDictionary<string, object?>)redactor.Redact((object?)new Dictionary<string, object?> { ["text"] = text, ["list"] = new List<object?> { text, 1, null }, ["map"] = new Dictionary<string, object?> { ["inner"] = text } })!;
        Assert.All(
            [(string)values["text"]!, (string)((IEnumerable<object?>)values["list"]!).First()!, (string)((IReadOnlyDictionary<string, object?>)values["map"]!)["inner"]!],
            clean => Assert.Equal(redactor.Hide(text), clean));
        Assert.DoesNotContain(secret.Get, redactor.Hide(before.Get.Replace(secret.Get, "", StringComparison.Ordinal) + " " + secret.Get), StringComparison.Ordinal);
    }
}
