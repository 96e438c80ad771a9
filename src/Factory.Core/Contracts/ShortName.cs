using System.Buffers;
using System.Text;

namespace Factory.Core.Contracts;

/// <summary>
/// An 8.3 short name as NTFS and FAT make it: <c>GITHUB~1</c>, <c>FACTOR~1.JSO</c>, or with four hexadecimal digits of a
/// hash, <c>GI7EBA~1</c>. On a volume that makes them, it opens the long-named file beside it.
/// </summary>
/// <param name="Head">What stands before the tilde, lower case.</param>
/// <param name="Number">How many digits stand after it.</param>
/// <param name="Extension">The extension without its dot, lower case.</param>
public readonly record struct ShortName(string Head, int Number, string Extension)
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> NotInShortNames = SearchValues.Create(" +,;=[]");
    private const int LongestStem = 8, LongestExtension = 3, LettersBeforeHash = 2, HashDigits = 4;

    /// <summary>Reads a name that has the form of a short name.</summary>
    public static bool TryParse(string name, out ShortName result)
    {
        result = default;
        var tilde = name.IndexOf('~', StringComparison.Ordinal);
        if (tilde < 1 || name[0] == '.') return false;
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var end = dot < 0 ? name.Length : dot;
        var digits = name.AsSpan(tilde + 1, Math.Max(0, end - tilde - 1));
        if (tilde > end || end > LongestStem || digits.IsEmpty || digits[0] == '0' || digits.ContainsAnyExceptInRange('0', '9')) return false;
        var extension = dot < 0 ? "" : name[(dot + 1)..];
        if (extension.Length > LongestExtension || extension.Contains('.', StringComparison.Ordinal)) return false;
        result = new ShortName(name[..tilde].ToLowerInvariant(), digits.Length, extension.ToLowerInvariant());
        return true;
    }

    /// <summary>Whether a volume could have made this short name for a long name.</summary>
    public bool MayStandFor(string longName)
    {
        if (IsShortAlready(longName)) return false;
        var (stem, extension) = Basis(longName);
        return Extension == extension && MayBegin(stem, isWholeStem: true);
    }

    /// <summary>Whether a volume could have made this short name for some name whose basis begins with a stem; the extension is not compared.</summary>
    public bool MayStandForNameBeginningWith(string stem) => MayBegin(stem, isWholeStem: false);

    private bool MayBegin(string stem, bool isWholeStem)
    {
        var room = LongestStem - 1 - Number;
        if (room > 0 && stem.Length >= room && Head == stem[..room]) return true;
        if (isWholeStem ? Head == stem : Head.StartsWith(stem, StringComparison.Ordinal)) return true;
        var letters = Math.Min(LettersBeforeHash, stem.Length);
        return Head.Length == letters + HashDigits && Head.StartsWith(stem[..letters], StringComparison.Ordinal)
            && Head.AsSpan(letters).IndexOfAnyExcept(LowerHex) < 0;
    }

    // A name that fits into 8.3 as it is gets no other.
    private static bool IsShortAlready(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var stem = dot < 0 ? name.Length : dot;
        return stem is >= 1 and <= LongestStem && (dot < 0 || (name.Length - dot - 1 is >= 1 and <= LongestExtension && name.IndexOf('.', dot + 1) < 0))
            && Ascii.IsValid(name) && !name.AsSpan().ContainsAny(NotInShortNames);
    }

    // Leading dots and all spaces go, the last dot begins the extension, the other dots go too.
    private static (string Stem, string Extension) Basis(string name)
    {
        var bare = name.TrimStart('.', ' ').ToLowerInvariant();
        var dot = bare.LastIndexOf('.');
        var stem = Squeeze(dot < 0 ? bare : bare[..dot]);
        var extension = Squeeze(dot < 0 ? "" : bare[(dot + 1)..]);
        return (stem, extension[..Math.Min(extension.Length, LongestExtension)]);
    }

    private static string Squeeze(string text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var c in text)
            if (c is not ('.' or ' ')) kept.Append(c is '+' or ',' or ';' or '=' or '[' or ']' ? '_' : c);
        return kept.ToString();
    }
}
