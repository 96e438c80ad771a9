using System.Runtime.InteropServices;
using System.Text;
using Factory.Core.Ledger.Verification;

namespace Factory.Core.Tests.Ledger.Verification;

public sealed unsafe class QuoteIndexTests
{
    private readonly byte[] _buffer = GC.AllocateArray<byte>(1 << 14, pinned: true);
    private readonly int[] _quotes = new int[QuoteIndex.Size];

    [Fact]
    public void The_quotes_of_any_line_are_those_found_byte_by_byte()
    {
        var random = new Random(17);
        var filled = 0;
        for (var round = 0; round < 40_000; round++)
        {
            // Few of what is refused, so that many lines are not; runs of backslashes cross the 64 bytes.
            ReadOnlySpan<byte> common = "ab\"\"\\\\n"u8, rare = "ab\"\\\\\\\\u\n\t\x1fü\x7f"u8;
            var line = new byte[random.Next(0, 200)];
            var (isQuiet, rarely) = (round % 3 == 0, random.Next(2, 300));
            for (var i = 0; i < line.Length; i++)
                line[i] = random.Next(rarely) == 0 ? rare[random.Next(rare.Length)] : isQuiet ? common[random.Next(4)] : common[random.Next(common.Length)];
            if (round % 2 == 0) line.AsSpan().Replace((byte)'a', (byte)'\\');
            var expected = Expect(line);
            var actual = Fill(line, out var kind);
            Assert.Equal(expected, actual);
            if (actual is null) continue;
            filled++;
            Assert.Equal((line.Contains((byte)'\\'), !Ascii.IsValid(line)), ((kind & LineBytes.Escapes) != 0, (kind & LineBytes.BeyondAscii) != 0));
        }

        Assert.InRange(filled, 2000, 38_000);
    }

    [Fact]
    public void As_many_quotes_as_there_is_place_for_are_noted_and_no_more()
    {
        var line = new byte[QuoteIndex.MostQuotes + 2];
        line.AsSpan().Fill((byte)'"');
        Assert.Equal(QuoteIndex.MostQuotes, Fill(line[2..], out _)!.Length);
        Assert.Null(Fill(line, out _));
    }

    private static int[]? Expect(byte[] line)
    {
        var quotes = new List<int>();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] < ' ') return null;
            if (line[i] == '"') quotes.Add(i);
            if (line[i] != '\\') continue;
            if (++i == line.Length || !"\"\\/bfnrt".Contains((char)line[i], StringComparison.Ordinal)) return null;
        }

        return quotes.Count % 2 == 0 ? [.. quotes] : null;
    }

    private int[]? Fill(byte[] line, out LineBytes kind)
    {
        // What is behind the line must not matter.
        _buffer.AsSpan().Fill((byte)'"');
        line.CopyTo(_buffer.AsSpan(1));
        _buffer[1 + line.Length] = (byte)'\n';
        fixed (int* quotes = _quotes)
            if (!QuoteIndex.TryFill((byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 1), line.Length, quotes, out kind)) return null;
        return _quotes[..Array.IndexOf(_quotes, QuoteIndex.End)];
    }
}
