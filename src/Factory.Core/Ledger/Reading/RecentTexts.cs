using System.Runtime.CompilerServices;
using System.Text;

namespace Factory.Core.Ledger.Reading;

/// <summary>Strings for the few texts that come again and again, such as statuses and workers' names. For one thread.</summary>
/// <param name="make">What is wanted of a text that was not met lately; null is an answer too.</param>
internal sealed class RecentTexts(Func<string, string?> make)
{
    private const int Slots = 64;
    private readonly (byte[]? Bytes, string? Answer)[] _recent = new (byte[]? Bytes, string? Answer)[Slots];

    /// <summary>The answer for a text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public string? Of(ReadOnlySpan<byte> text)
    {
        ref var slot = ref _recent[text.IsEmpty ? 0 : ((text.Length * 31) + (text[0] * 7) + text[^1]) % Slots];
        if (slot.Bytes is null || !text.SequenceEqual(slot.Bytes)) slot = (text.ToArray(), make(Encoding.UTF8.GetString(text)));
        return slot.Answer;
    }
}
