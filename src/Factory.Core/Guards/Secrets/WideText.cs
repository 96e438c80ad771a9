using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Factory.Core.Guards.Secrets;

/// <summary>
/// The bytes of a file as characters, without the NULs among them. Which bytes beside a NUL belong together depends on what the
/// file is: a list whose words NULs end, UTF-16, or UTF-32, of either byte order. Where the lengths of words and gaps tell, a
/// separator is put in. Where a letter of another script stands beside ASCII in UTF-16, they do not: in <c>2F 66 67 00 68 00</c>
/// the letters are <c>gh</c> in one byte order and <c>h</c> in the other. Such a text is searched in both.
/// </summary>
/// <param name="text">Where the characters are put. No byte becomes more than one, and no gap more than one separator.</param>
internal sealed class WideText(char[] text)
{
    /// <summary>How many separators may still be put in for bytes that were taken.</summary>
    public const int Pending = 3;

    // So many characters of UTF-16 in a row are no accident, and every secret has more.
    private const int Sure = 4;
    private const char Separator = '\r';
    private static readonly SearchValues<char> Glue = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/=-.~%");
    private readonly List<Edge> _edges = [];
    private readonly List<(int At, char Was)> _patches = [];
    private long _offset;

    // The last word, of one byte or of more, and the one before it; with the NULs before each, and those behind the last.
    private int _word;
    private int _gapBefore;
    private int _gap;
    private int _previous;
    private int _gapBeforePrevious;

    // How many words of one printable character came last, with one NUL before each, and the place before the first, if it is in doubt.
    private int _chain;
    private int _start = -1;

    /// <summary>How many characters there are.</summary>
    public int Length { get; private set; }

    /// <summary>Takes bytes.</summary>
    public void Take(ReadOnlySpan<byte> bytes)
    {
        foreach (var code in bytes)
        {
            _offset++;
            if (code == 0)
            {
                if (_word > 0) _gap++;
                continue;
            }

            // In the midst of UTF-16 nothing is in doubt.
            if (_gap == 1 && _chain > Sure + 1 && IsPrintable(code)) _gap = 0;
            else if (_gap > 0) BeginWord(code);
            else if (_word < 2) Lengthen();
            text[Length++] = (char)code;
        }
    }

    /// <summary>Takes bytes without a NUL among them.</summary>
    public void TakeWord(ReadOnlySpan<byte> plain)
    {
        var first = Math.Min(2, plain.Length);
        Take(plain[..first]);
        plain = plain[first..];
        Length += Encoding.Latin1.GetChars(plain, text.AsSpan(Length));
        _offset += plain.Length;
    }

    /// <summary>Ends the file.</summary>
    public void Complete()
    {
        if (_word == 1 && IsParted(0)) Part(1);
        EndChain();
    }

    /// <summary>Finds the secrets whose keyword begins in a part of the text.</summary>
    /// <returns>The secrets in the order of their places; none overlaps another.</returns>
    public IReadOnlyList<SecretSpan> Find(SecretScanner scanner, int from, int to)
    {
        var isInDoubt = false;
        foreach (var edge in _edges) isInDoubt |= PlaceOf(edge, isLittle: true) >= 0 || PlaceOf(edge, isLittle: false) >= 0;
        if (!isInDoubt) return scanner.Find(text.AsSpan(0, Length), from, to);
        return Merge(FindIn(scanner, from, to, isLittle: true), FindIn(scanner, from, to, isLittle: false));
    }

    /// <summary>Leaves out the beginning of the text.</summary>
    public void Forget(int count)
    {
        text.AsSpan(count, Length - count).CopyTo(text);
        (Length, _start) = (Length - count, _start - count);
        _edges.RemoveAll(edge => edge.At <= count);
        for (var at = 0; at < _edges.Count; at++) _edges[at] = _edges[at] with { At = _edges[at].At - count };
    }

    private void BeginWord(byte code)
    {
        if (_word == 1 && _gapBefore > 0 && IsParted(_gap)) Part(1);
        if (_gap != 1 || !IsPrintable(code)) EndChain();
        else if (_word > 1) (_chain, _start) = (1, Length - 1);
        else if (++_chain == Sure + 1 && _start > 0) _edges.Add(new Edge(_start, IsStart: true, IsEven(_offset - 1)));
        (_previous, _gapBeforePrevious, _word, _gapBefore, _gap) = (_word, _gapBefore, 1, _gap, 0);
        // No character of UTF-16 or UTF-32 has so many.
        if (_gapBefore is 2 or > 3) Part(0);
    }

    private void Lengthen()
    {
        if (++_word == 1) return;
        if (_chain > Sure) _edges.Add(new Edge(Length - 1, IsStart: false, IsEven(_offset)));
        else if (_gapBefore > 0 && IsParted(0)) Part(1);
        EndChain();
    }

    // Whether the gap before the last word ends a word of a list, or a part of the text that is in UTF-32.
    private bool IsParted(int nextGap) => _gapBefore switch
    {
        1 when _previous > 1 => _word > 1 || nextGap != 1,
        1 => _word > 1 && (_gapBeforePrevious != 1 || _chain <= Sure),
        3 => _previous > 1 || _word > 1 || (_gapBeforePrevious != 3 && nextGap != 3),
        _ => false,
    };

    // A few letters with NULs between them, behind a longer word, are words of a list.
    private void EndChain()
    {
        if (_chain is > 1 and <= Sure && _start >= 0) Part(Length - _start - 1);
        (_chain, _start) = (0, -1);
    }

    private void Part(int back)
    {
        var at = Length - back;
        text.AsSpan(at, back).CopyTo(text.AsSpan(at + 1));
        text[at] = Separator;
        Length++;
    }

    private IReadOnlyList<SecretSpan> FindIn(SecretScanner scanner, int from, int to, bool isLittle)
    {
        foreach (var place in _edges.Select(edge => PlaceOf(edge, isLittle)).Where(place => place >= 0))
        {
            _patches.Add((place, text[place]));
            text[place] = Separator;
        }

        var found = scanner.Find(text.AsSpan(0, Length), from, to);
        for (var last = _patches.Count - 1; last >= 0; last--) text[_patches[last].At] = _patches[last].Was;
        _patches.Clear();
        return found;
    }

    // Which byte, in one of the byte orders, is half of another script's letter and looks like a part of the ASCII beside it.
    private int PlaceOf(Edge edge, bool isLittle)
    {
        var (inner, outer) = edge.IsStart ? (1, -1) : (-1, 1);
        var isOuter = edge.IsStart == isLittle;
        var (place, beside) = isOuter ? (edge.At + outer, edge.At) : (edge.At, edge.At + inner);
        return Glue.Contains(text[place]) && Glue.Contains(text[beside]) ? place : -1;
    }

    // Where the two byte orders disagree, that one is right in which the characters stand at even places of the file.
    private List<SecretSpan> Merge(IReadOnlyList<SecretSpan> little, IReadOnlyList<SecretSpan> big)
    {
        var all = new List<SecretSpan>(little.Count);
        var next = 0;
        foreach (var span in big)
        {
            for (; next < little.Count && little[next].End <= span.Start; next++) all.Add(little[next]);
            if (next < little.Count && little[next].Start < span.End)
            {
                if (little[next] == span || IsLittleAt(span)) continue;
                while (next < little.Count && little[next].Start < span.End) next++;
            }

            if (all.Count == 0 || all[^1].End <= span.Start) all.Add(span);
        }

        for (; next < little.Count; next++) all.Add(little[next]);
        return all;
    }

    private bool IsLittleAt(SecretSpan span)
    {
        var found = _edges.BinarySearch(new Edge(span.Start - 1, false, false), Comparer<Edge>.Create((one, other) => one.At.CompareTo(other.At)));
        return _edges[Math.Min(found < 0 ? ~found : found, _edges.Count - 1)].IsLittle;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPrintable(byte code) => code is (>= (byte)' ' and <= (byte)'~') or (byte)'\t' or (byte)'\r' or (byte)'\n';

    private static bool IsEven(long offset) => (offset & 1) == 0;

    /// <summary>The outermost byte that may be a character of a part in UTF-16.</summary>
    private readonly record struct Edge(int At, bool IsStart, bool IsLittle);
}
