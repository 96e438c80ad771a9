using Factory.Core.Contracts;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Contracts;

public sealed class VisibleTextTests
{
    // Single code points that some system or reader takes for another one, for nothing, or for a part of the one before.
    private static readonly string[] Pieces =
    [
        "a", "e", "\u00e9", "\u0301", "\u0323", "\u00df", "\u212a", "K", "\u212b", "\u00c5", "\u200b", "\u200d", "\u202e", "\u00a0", " ", "\u3000", "\u0007", "\u0085", "\u2028", "\ufeff",
        "\ufe0f", "\U000e0041", "\ud55c", "\u1112", "\u1161", "\u11ab", "\u65e5", "/", "'", "\u0915", "\u093f", "\u0e33", "\ufb01", "fi", "\u3164", "\u2800", "\ue000", "\n", "\t", "\r",
    ];

    [Theory]
    [InlineData("日本語.txt")]
    [InlineData("naïve.md")]
    [InlineData("docs/Übergröße/Straße (2).md")]
    [InlineData("हिन्दी/फ़ाइल.txt")]
    [InlineData("ภาษาไทย/น้ำ.md")]
    [InlineData("العربية/مَلَف.txt")]
    [InlineData("한국어.md")]
    [InlineData("😀/🇩🇪.svg")]
    [InlineData("ελληνικά/русский.txt")]
    [InlineData("tiếng Việt.md")]
    public void An_ordinary_name_stays_as_it_is(string name) => Assert.Equal(name.Normalize(), VisibleText.Of(name.Normalize()));

    [Theory]
    [InlineData("cafe\u0301.txt", @"cafe\u0301.txt")]
    [InlineData("caf\u00e9.txt", "caf\u00e9.txt")]
    [InlineData("src/bell\u0007", @"src/bell\u0007")]
    [InlineData("a\u200db", @"a\u200db")]
    [InlineData("gpj.\u202efile", @"gpj.\u202efile")]
    [InlineData("\u212a.txt", @"\u212a.txt")]
    [InlineData("a\U000e0041", @"a\U000e0041")]
    [InlineData("\ufb01le", @"\ufb01le")]
    [InlineData("'\u0301x'", @"'\u0301x'")]
    [InlineData("a\u0323\u0301 a\u0301\u0323", @"a\u0323\u0301 a\u0301\u0323")]
    public void What_cannot_be_seen_is_spelled(string name, string shown) => Assert.Equal(shown, VisibleText.Of(name));

    [Fact]
    public void Half_a_character_is_spelled() => Assert.Equal(@"a\ud800", VisibleText.Of("a\ud800"));

    [Property(MaxTest = 500)]
    public Property Names_that_differ_look_different_and_spelling_again_changes_nothing()
    {
        var names = Gen.Elements(Pieces).ListOf().Select(string.Concat).ToArbitrary();
        return Prop.ForAll(names, names, (one, other) =>
        {
            var (left, right) = (VisibleText.Of(one), VisibleText.Of(other));
            Assert.Equal(one == other, left == right);
            Assert.Equal(one == other, left.Normalize() == right.Normalize());
            Assert.Equal(left, VisibleText.Of(left));
        });
    }

    [Property(MaxTest = 300)]
    public void A_name_and_its_other_normal_form_look_different(NonEmptyString text)
    {
        var name = string.Concat(text.Get.Where(c => !char.IsSurrogate(c) && c != '\\' && c < '\ufff0'));
        var split = name.Normalize(System.Text.NormalizationForm.FormD);
        Assert.Equal(name == split, VisibleText.Of(name) == VisibleText.Of(split));
    }

    [Property(MaxTest = 300)]
    public void Nothing_that_a_terminal_obeys_gets_through(string? text) => Assert.DoesNotContain(VisibleText.Of(text ?? ""), char.IsControl);

    [Fact]
    public void A_blocker_keeps_its_path_and_shows_it_spelled()
    {
        var blocker = new Blocker(BlockerKind.InvalidPath, "A_worker", "cafe\u0301.txt", "made 'cafe\u0301.txt', and there is 'caf\u00e9.txt'", "rename it");
        Assert.Equal("cafe\u0301.txt", blocker.Path);
        Assert.Equal("[invalid_path] A_worker cafe\\u0301.txt: made 'cafe\\u0301.txt', and there is 'caf\u00e9.txt'", blocker.ToString());
    }
}
