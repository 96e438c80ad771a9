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
}
