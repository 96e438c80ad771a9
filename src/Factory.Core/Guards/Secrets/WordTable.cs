using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Factory.Core.Guards.Secrets;

/// <summary>
/// Finds the places where one of many words may begin, in one pass over the text and at the same speed whatever the text: the
/// first three characters, case ignored, are looked up in a table. A search with vector instructions is no faster for as many
/// words as these, and far slower in a text full of them.
/// </summary>
internal sealed class WordTable
{
    private const int ShortestWord = 3, AtOnce = 4, SlotBits = 14;
    // Three characters of sixteen bits, and what they have in common with their other case.
    private const ulong FirstThree = 0xFFDF_FFDF_FFDF, Letter = 0xFFDF, Character = 0xFFFF;
    private const int CharacterBits = 16;
    private readonly byte[] _slots = new byte[1 << SlotBits];
    private readonly Word[][] _buckets;

    /// <summary>Makes a table.</summary>
    /// <param name="words">The words, of three characters at least, and whether case is ignored in each.</param>
    /// <exception cref="ArgumentException">A word is too short.</exception>
    public WordTable(IReadOnlyList<(string Text, bool IgnoreCase)> words)
    {
        if (words.FirstOrDefault(word => word.Text.Length < ShortestWord) is { Text: { } tooShort }) throw new ArgumentException($"'{tooShort}' is too short to search for", nameof(words));
        var buckets = words.Select((word, place) => new Word(word.Text, word.IgnoreCase, place)).GroupBy(word => Slot(Read(word.Text, 0))).ToList();
        // No slot leads to the first.
        _buckets = [[], .. buckets.Select(bucket => bucket.ToArray())];
        for (var number = 1; number < _buckets.Length; number++) _slots[buckets[number - 1].Key] = checked((byte)number);
    }

    /// <summary>Finds the next place where the first characters are those of a word.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="to">Where to stop: no place at or behind it is looked at.</param>
    /// <param name="words">The words which may begin there.</param>
    /// <returns>The place, or <paramref name="to"/>.</returns>
    public int Next(ReadOnlySpan<char> text, int from, int to, out ReadOnlySpan<Word> words)
    {
        ref var first = ref MemoryMarshal.GetReference(text);
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        var at = from;
        for (var last = Math.Min(to, text.Length - ShortestWord); at < last; at++)
        {
            // Four characters are read of which three count; the last place, which has three, is read below.
            var slot = Unsafe.Add(ref slots, Slot(Load(ref Unsafe.Add(ref first, at))));
            if (slot == 0) continue;
            words = _buckets[slot];
            return at;
        }

        for (; at < to; at++)
        {
            if (_slots[Slot(Read(text, at))] is var slot && slot == 0) continue;
            words = _buckets[slot];
            return at;
        }

        words = [];
        return to;
    }

    /// <summary>Four characters of the text, with zeros behind its end; the first in the lowest bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read(ReadOnlySpan<char> text, int at) => at + AtOnce <= text.Length ? Load(ref Unsafe.AsRef(in text[at])) : ReadEnd(text, at);

    private static ulong ReadEnd(ReadOnlySpan<char> text, int at)
    {
        var read = 0UL;
        for (var place = text.Length - 1; place >= at; place--) read = (read << CharacterBits) | text[place];
        return read;
    }

    // No loop may call for each character; the compiler would, as long as it does not know how hot this is.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load(ref char first) => BitConverter.IsLittleEndian
        ? Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<char, byte>(ref first))
        : first | ((ulong)Unsafe.Add(ref first, 1) << CharacterBits) | ((ulong)Unsafe.Add(ref first, 2) << (2 * CharacterBits)) | ((ulong)Unsafe.Add(ref first, 3) << (3 * CharacterBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Slot(ulong characters) => (nuint)(((characters & FirstThree) * 0x9E37_79B9_7F4A_7C15) >> (64 - SlotBits));

    /// <summary>A word of the table.</summary>
    internal sealed class Word
    {
        private readonly StringComparison _comparison;
        private readonly string _rest;
        private readonly (ulong Mask, ulong Value) _first;
        private readonly (ulong Mask, ulong Value) _second;

        public Word(string text, bool ignoreCase, int place)
        {
            (Text, Place, _rest) = (text, place, text.Length > 2 * AtOnce ? text[(2 * AtOnce)..] : "");
            _comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            (_first, _second) = (Part(text, 0, ignoreCase), Part(text, AtOnce, ignoreCase));
        }

        public string Text { get; }

        /// <summary>Its place among the words that the table was made of.</summary>
        public int Place { get; }

        /// <summary>Whether it stands in the text.</summary>
        /// <param name="text">The text.</param>
        /// <param name="at">Where.</param>
        /// <param name="four">What <see cref="Read"/> reads there.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool StandsAt(ReadOnlySpan<char> text, int at, ulong four) =>
            (four & _first.Mask) == _first.Value
            && (_second.Mask == 0 || (Read(text, at + AtOnce) & _second.Mask) == _second.Value)
            && (_rest.Length == 0 || text[Math.Min(at + (2 * AtOnce), text.Length)..].StartsWith(_rest, _comparison));

        private static (ulong Mask, ulong Value) Part(string text, int from, bool ignoreCase)
        {
            var mask = 0UL;
            for (var place = Math.Min(from + AtOnce, text.Length) - 1; place >= from; place--)
                mask = (mask << CharacterBits) | (ignoreCase && char.IsAsciiLetter(text[place]) ? Letter : Character);
            return (mask, Read(text, from) & mask);
        }
    }
}
