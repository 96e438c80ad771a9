using System.Runtime.InteropServices;
using System.Text;
using Factory.Core.Ledger.Verification;

namespace Factory.Core.Tests.Ledger.Verification;

public sealed unsafe class LineRecogniserTests
{
    private const string Line =
        """{"actor":"A","details":{"":-7,"a":[0,10,-0,1.50,2e-05,{}],"b":{"c":"d\"","e":true}},"duration_ms":15,"event_id":"0123456789abcdef","event_type":"RUN_END","file_counts":{"x":3},"hashes":{"log":"77","prev":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},"parent_event_id":null,"rc":0,"run_id":"r","schema_version":2,"ts_utc":"2026-02-28T23:59:59.999Z"}""";

    private readonly byte[] _buffer = GC.AllocateArray<byte>(1 << 16, pinned: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whatever_byte_is_changed_in_a_line_whose_shape_is_known_the_answer_is_that_of_the_scanner(bool hasEscape)
    {
        var line = Encoding.UTF8.GetBytes(hasEscape ? Line : Line.Replace("d\\\"", "d", StringComparison.Ordinal));
        for (var at = 0; at < line.Length; at++)
        {
            var recogniser = new LineRecogniser();
            Assert.True(Agrees(recogniser, line));
            for (var value = 0; value < 256; value++)
            {
                if (value == '\n') continue;
                var mutant = (byte[])line.Clone();
                mutant[at] = (byte)value;
                Agrees(recogniser, mutant);
            }
        }
    }

    [Fact]
    public void Whatever_is_done_to_lines_of_known_shapes_the_answer_is_that_of_the_scanner()
    {
        var random = new Random(5);
        var (tried, recognised) = (0, 0);
        var recogniser = new LineRecogniser();
        for (var i = 0; i < 300; i++)
        {
            var line = MadeLedger.VariedLine(i);
            Agrees(recogniser, line);
            for (var round = 0; round < 100; round++, tried++)
                if (Agrees(recogniser, CanonicalLineTests.Mutate(line, random))) recognised++;
        }

        Assert.InRange(recognised, tried / 10, tried - (tried / 10));
    }

    [Fact]
    public void Lines_that_differ_in_texts_numbers_and_time_have_one_shape()
    {
        var recogniser = new LineRecogniser();
        var plain = Line.Replace("d\\\"", "d", StringComparison.Ordinal);
        Assert.True(Agrees(recogniser, Encoding.UTF8.GetBytes(plain)));
        Assert.True(Agrees(recogniser, Encoding.UTF8.GetBytes(plain.Replace("\"duration_ms\":15", "\"duration_ms\":90", StringComparison.Ordinal).Replace("T23", "T01", StringComparison.Ordinal).Replace("\"d\"", "\"~\"", StringComparison.Ordinal))));
        Assert.Equal(1, recogniser.ShapesLearned);
    }

    [Fact]
    public void A_ledger_whose_lines_all_differ_in_length_soon_learns_no_more()
    {
        var recogniser = new LineRecogniser();
        const int Lines = 4000;
        for (var i = 0; i < Lines; i++) Assert.True(Agrees(recogniser, Encoding.UTF8.GetBytes(Line.Replace("\"d\\\"\"", $"\"{new string('d', i)}\"", StringComparison.Ordinal))));
        Assert.InRange(recogniser.ShapesLearned, 1, Lines / 10);
    }

    private bool Agrees(LineRecogniser recogniser, byte[] line)
    {
        line.CopyTo(_buffer.AsSpan(1));
        _buffer[1 + line.Length] = (byte)'\n';
        var begin = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 1);
        var end = begin + line.Length;
        var expected = CanonicalLine.TryRecognise(begin, end, out var expectedHash);
        var isRecognised = recogniser.TryRecognise(begin, end, out var hash);
        if (expected != isRecognised || (expected && (nint)hash != (nint)expectedHash)) Assert.Fail($"{isRecognised}, but the scanner says {expected}: {Encoding.Latin1.GetString(line)}");
        return isRecognised;
    }
}
