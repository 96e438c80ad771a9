using System.Text;

namespace Factory.Core.Contracts;

/// <summary>
/// Names as file systems compare them. Two foldings: <see cref="Twin"/> says which names are one file somewhere, and
/// <see cref="Loosely"/> goes further, for the few names that must not be imitated at all.
/// </summary>
public static class NameFolding
{
    /// <summary>
    /// A key that is equal for two paths which a case-insensitive or normalising file system (NTFS, APFS, HFS+, ext4 with
    /// casefold) may take for one: canonical decomposition and full case folding.
    /// </summary>
    /// <param name="path">Well-formed text.</param>
    public static string Twin(string path)
    {
        if (Ascii.IsValid(path)) return path.ToLowerInvariant();
        return Normalise(Fold(Normalise(path, NormalizationForm.FormD)), NormalizationForm.FormD);
    }

    /// <summary>
    /// The name without anything that some file system ignores, compatibility characters replaced by what they look like,
    /// in lower case, without trailing dots and spaces. Never used to tell two ordinary files apart.
    /// </summary>
    /// <param name="name">Well-formed text.</param>
    public static string Loosely(string name)
    {
        if (Ascii.IsValid(name)) return name.ToLowerInvariant().TrimEnd('.', ' ');
        var visible = WithoutIgnorable(string.Concat(WithoutIgnorable(name).EnumerateRunes().Select(Plainly)));
        // Turkish letters fold to a plain i in some locales, and the dot above it may stand alone.
        return Fold(visible).Replace('\u0131', 'i').Replace("i\u0307", "i", StringComparison.Ordinal).TrimEnd('.', ' ');
    }

    // One character at a time: what is asked is which ASCII it stands for, and neither ideographs nor emoji stand for any.
    private static string Plainly(Rune rune) => rune.Value is < 0x80 or (>= 0x0590 and <= 0x1CFF) or (>= 0x3400 and <= 0xD7FF) or (>= 0x1F300 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFF)
        ? rune.ToString()
        : Normalise(rune.ToString(), NormalizationForm.FormKC);

    // Some systems' tables do not know every code point; such a name stays as it is.
    private static string Normalise(string text, NormalizationForm form)
    {
        try
        {
            return text.Normalize(form);
        }
        catch (ArgumentException)
        {
            return text;
        }
    }

    private static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var expanded = Expand(rune.Value);
            if (expanded is null) folded.Append(Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).ToString());
            else folded.Append(expanded);
        }

        return folded.ToString();
    }

    // What full case folding changes and the invariant culture does not.
    private static string? Expand(int rune) => rune switch
    {
        0x00DF or 0x1E9E => "ss",
        0x0130 => "i\u0307",
        0x017F => "s",
        0x212A => "k",
        0x03C2 => "\u03C3",
        0x0587 => "\u0565\u0582",
        0x0149 => "\u02BCn",
        0x01F0 => "j\u030C",
        0xFB00 => "ff",
        0xFB01 => "fi",
        0xFB02 => "fl",
        0xFB03 => "ffi",
        0xFB04 => "ffl",
        0xFB05 or 0xFB06 => "st",
        _ => null,
    };

    private static string WithoutIgnorable(string text)
    {
        if (!text.EnumerateRunes().Any(rune => IsIgnorable(rune.Value))) return text;
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (!IsIgnorable(rune.Value)) visible.Append(rune.ToString());
        return visible.ToString();
    }

    // Unicode's Default_Ignorable_Code_Point. HFS+ ignores a part of it, and ext4 with casefold all of it before Linux 6.12.
    internal static bool IsIgnorable(int rune) => rune is 0x00AD or 0x034F or 0x061C or (>= 0x115F and <= 0x1160) or (>= 0x17B4 and <= 0x17B5)
        or (>= 0x180B and <= 0x180F) or (>= 0x200B and <= 0x200F) or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0x3164
        or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF or 0xFFA0 or (>= 0xFFF0 and <= 0xFFF8) or (>= 0x1BCA0 and <= 0x1BCA3)
        or (>= 0x1D173 and <= 0x1D17A) or (>= 0xE0000 and <= 0xE0FFF);
}
