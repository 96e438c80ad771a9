using System.Runtime.CompilerServices;

namespace Factory.Core.Ledger.Shapes;

/// <summary>
/// The shapes of the lines that were read lately, by length, each with what the reader knows of a line of that shape. What
/// learning costs is bounded by what it saved before, so that a ledger whose lines are all different loses little. For one
/// thread.
/// </summary>
/// <typeparam name="T">What the reader knows.</typeparam>
internal sealed unsafe class ShapeTable<T>
{
    private const int Ways = 4, Sets = 64, Price = 16, Capital = 256 * Price;
    private readonly (LineShape? Shape, T Known)[] _slots = new (LineShape? Shape, T Known)[Sets * Ways];
    private int _credit = Capital;

    /// <summary>Finds the shape that a line has.</summary>
    /// <param name="line">The line; <see cref="LineShape.Slack"/> bytes behind it must be readable.</param>
    /// <param name="length">Its length without LF.</param>
    /// <returns>What is known of it; a null reference when it has no shape that is known.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ref readonly T Find(byte* line, int length)
    {
        ref var slot = ref _slots[length % Sets * Ways];
        for (var way = 0; way < Ways; way++)
        {
            ref var here = ref Unsafe.Add(ref slot, way);
            if (here.Shape is not { } shape) break;
            if (shape.Length != length || !shape.Fits(line)) continue;
            if (_credit < Capital) _credit++;
            return ref here.Known;
        }

        return ref Unsafe.NullRef<T>();
    }

    /// <summary>How many shapes were learned.</summary>
    public int Learned { get; private set; }

    /// <summary>Whether another shape may be learned now.</summary>
    public bool MayLearn => _credit >= Price;

    /// <summary>Learns the shape of a line, in the place of the one learned longest ago if need be.</summary>
    /// <param name="line">A canonical line, without LF.</param>
    /// <param name="type">Where the text of its <c>event_type</c> is.</param>
    /// <param name="known">What is known of it.</param>
    public void Learn(ReadOnlySpan<byte> line, Range type, T known)
    {
        _credit -= Price;
        if (LineShape.TryLearn(line, type) is not { } shape) return;
        Learned++;
        var set = _slots.AsSpan(line.Length % Sets * Ways, Ways);
        set[..^1].CopyTo(set[1..]);
        set[0] = (shape, known);
    }
}
