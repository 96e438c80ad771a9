using System.Buffers.Binary;

namespace Factory.Core.Ledger.Hashing;

/// <summary>
/// SHA-256 (FIPS 180-4) whose chaining state can be taken out after any whole block and put in again, which the
/// platform's own implementation does not offer: so the digest of a growing file is continued, not begun anew. Slower
/// than the platform's; use it only where a state is needed. Not safe to share between threads.
/// </summary>
internal sealed class ResumableSha256
{
    private const int LengthSize = sizeof(long), StateSize = Sha256Block.StateWords * sizeof(uint);
    private readonly uint[] _state = Sha256Block.InitialState.ToArray();
    private readonly byte[] _partial = new byte[Sha256Block.Size];

    /// <summary>How many bytes were taken in, those before a resumed state included.</summary>
    public long Length { get; private set; }

    private int Pending => (int)(Length % Sha256Block.Size);

    /// <summary>Continues after the bytes that led to a state.</summary>
    /// <param name="state">What <see cref="BlockState"/> gave: 32 bytes.</param>
    /// <param name="bytesBefore">How many bytes led to it: whole blocks of 64.</param>
    /// <exception cref="ArgumentException">The state is not 32 bytes long, or the bytes are not whole blocks.</exception>
    public static ResumableSha256 Resume(ReadOnlySpan<byte> state, long bytesBefore)
    {
        if (state.Length != StateSize) throw new ArgumentException($"a state has {StateSize} bytes", nameof(state));
        if (bytesBefore < 0 || bytesBefore % Sha256Block.Size != 0) throw new ArgumentException($"a state stands after whole blocks of {Sha256Block.Size} bytes", nameof(bytesBefore));
        var hash = new ResumableSha256 { Length = bytesBefore };
        for (var i = 0; i < Sha256Block.StateWords; i++) hash._state[i] = BinaryPrimitives.ReadUInt32BigEndian(state[(4 * i)..]);
        return hash;
    }

    /// <summary>Takes the next bytes in.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        var pending = Pending;
        Length += data.Length;
        if (pending > 0)
        {
            var taken = Math.Min(Sha256Block.Size - pending, data.Length);
            data[..taken].CopyTo(_partial.AsSpan(pending));
            data = data[taken..];
            if (pending + taken < Sha256Block.Size) return;
            Sha256Block.Compress(_state, _partial);
        }

        var whole = data.Length - (data.Length % Sha256Block.Size);
        Sha256Block.Compress(_state, data[..whole]);
        data[whole..].CopyTo(_partial);
    }

    /// <summary>The chaining state after the last whole block: eight big-endian words, 32 bytes.</summary>
    /// <param name="atBytes">How many bytes led to it: <see cref="Length"/>, rounded down to whole blocks.</param>
    public byte[] BlockState(out long atBytes)
    {
        atBytes = Length - Pending;
        return ToBytes(_state);
    }

    /// <summary>The digest of the bytes so far; more may follow.</summary>
    public byte[] Digest()
    {
        Span<byte> end = stackalloc byte[2 * Sha256Block.Size];
        end.Clear();
        var pending = Pending;
        _partial.AsSpan(0, pending).CopyTo(end);
        end[pending] = 0x80;
        end = end[..(pending < Sha256Block.Size - LengthSize ? Sha256Block.Size : 2 * Sha256Block.Size)];
        BinaryPrimitives.WriteUInt64BigEndian(end[^LengthSize..], (ulong)Length * 8);
        Span<uint> state = [.. _state];
        Sha256Block.Compress(state, end);
        return ToBytes(state);
    }

    private static byte[] ToBytes(ReadOnlySpan<uint> state)
    {
        var bytes = new byte[StateSize];
        for (var i = 0; i < Sha256Block.StateWords; i++) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4 * i), state[i]);
        return bytes;
    }
}
