using System.Runtime.CompilerServices;
using Factory.Core.Ledger.Shapes;

namespace Factory.Core.Ledger.Verification;

/// <summary>
/// Gives the answers of <see cref="CanonicalLine"/>, sooner for lines of a shape that was met before: there only what a
/// shape cannot tell is looked at, the digits of the two hashes and the time. For one thread.
/// </summary>
internal sealed unsafe class LineRecogniser
{
    private readonly ShapeTable<CanonicalPlaces> _shapes = new();

    /// <summary>How many shapes were learned.</summary>
    public int ShapesLearned => _shapes.Learned;

    /// <summary>Where the text of <c>event_type</c> is in the line that was recognised last, from its first byte on.</summary>
    public (int Start, int End) EventType { get; private set; }

    /// <summary>Whether a line is in the writer's form; see <see cref="CanonicalLine.TryRecognise"/>.</summary>
    /// <param name="line">Where it begins; 64 bytes behind its end must be readable.</param>
    /// <param name="end">Where its LF is.</param>
    /// <param name="previousHash">Where <c>hashes.prev</c> is, or null.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryRecognise(byte* line, byte* end, out byte* previousHash)
    {
        var length = (int)(end - line);
        ref readonly var known = ref _shapes.Find(line, length);
        // A line of a known shape with a wrong digit is left to the reader that knows no shapes.
        if (!Unsafe.IsNullRef(in known) && AreValuesSound(line, end, known))
        {
            EventType = (known.EventType, known.EventTypeEnd);
            previousHash = known.PreviousHash == 0 ? null : line + known.PreviousHash;
            return true;
        }

        return TryLearn(line, end, out previousHash);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreValuesSound(byte* line, byte* end, in CanonicalPlaces places) =>
        CanonicalHex.IsAt(line + places.EventId, CanonicalPlaces.IdDigits)
        && (places.PreviousHash == 0 || CanonicalHex.IsAt(line + places.PreviousHash, CanonicalPlaces.HashDigits))
        && CanonicalTime.IsAt(end - CanonicalTime.Length - "\"}".Length);

    private bool TryLearn(byte* line, byte* end, out byte* previousHash)
    {
        var isRecognised = CanonicalLine.TryPlace(line, end, out var places);
        EventType = (places.EventType, places.EventTypeEnd);
        previousHash = places.PreviousHash == 0 ? null : line + places.PreviousHash;
        if (isRecognised && _shapes.MayLearn) _shapes.Learn(new ReadOnlySpan<byte>(line, (int)(end - line)), places.EventType..places.EventTypeEnd, places);
        return isRecognised;
    }
}
