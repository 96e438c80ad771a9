using System.Globalization;
using System.Text;

namespace Factory.Core.Contracts;

/// <summary>
/// Text from outside (names, git's and workers' words) in which everything can be seen: two texts that differ also look
/// different. What prints as nothing, as something else, or in another order is spelled <c>\u0301</c> or <c>\U000e0001</c>:
/// control and format characters, ignorable code points, spaces that are no plain space, private and unassigned code
/// points, and whatever is not in normal form C, as in <c>cafe\u0301.txt</c> beside <c>café.txt</c>. Ordinary names of any
/// script stay as they are. Applied twice it changes nothing more. Letters of two scripts that look alike stay, too: no file
/// system takes them for one.
/// </summary>
public static class VisibleText
{
    /// <summary>The text with everything in it to be seen, on one line.</summary>
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var shown = new StringBuilder(text.Length + 8);
        // Since the last character that nothing before it can join: what decides whether the next one is seen.
        var cluster = "";
        for (var at = 0; at < text.Length;)
        {
            var length = Rune.TryGetRuneAt(text, at, out var rune) ? rune.Utf16SequenceLength : 1;
            var one = text.Substring(at, length);
            at += length;
            if (length == 1 && char.IsSurrogate(one[0])) Spell(shown, one[0], ref cluster);
            else if (rune.Value is >= ' ' and <= '~') shown.Append(cluster = one);
            else if (IsHidden(rune) || !IsStable(one) || (IsMark(rune) && (cluster.Length == 0 || !IsBase(cluster[^1]))) || !IsStable(cluster + one)) Spell(shown, rune.Value, ref cluster);
            else
            {
                cluster = IsMark(rune) ? cluster + one : one;
                shown.Append(one);
            }
        }

        return shown.ToString();
    }

    /// <summary>
    /// The text as a build service may print it: all to be seen, and with nothing that Azure Pipelines obeys anywhere in a line
    /// (<c>##vso[</c> and <c>##[</c>).
    /// </summary>
    public static string InLog(string? text) => text is null ? "" : Of(text).Replace("##[", "# #[", StringComparison.Ordinal).Replace("##vso[", "# #vso[", StringComparison.Ordinal);

    private static void Spell(StringBuilder shown, int code, ref string cluster)
    {
        shown.Append(CultureInfo.InvariantCulture, $"{(code > 0xFFFF ? $"\\U{code:x8}" : $"\\u{code:x4}")}");
        cluster = "";
    }

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;

    // A mark on a quote, a slash or a space belongs to no letter of the name.
    private static bool IsBase(char last) => !char.IsAscii(last) || char.IsAsciiLetterOrDigit(last);

    private static bool IsHidden(Rune rune) => NameFolding.IsIgnorable(rune.Value) || rune.Value is 0x2800 or (>= 0xFB00 and <= 0xFB06) || Rune.GetUnicodeCategory(rune) is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator;

    private static bool IsStable(string text)
    {
        try
        {
            return text.IsNormalized(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // The system's tables do not know the code point, so nobody can say what it looks like.
            return false;
        }
    }
}
