using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Verification;

namespace Factory.Core.Tests.Ledger.Verification;

public sealed unsafe class CanonicalLineTests
{
    private const string Line =
        """{"actor":"A","details":{"a":1,"b":[true,null],"c":{"d":"e"}},"duration_ms":5,"event_id":"0123456789abcdef","event_type":"RUN_END","file_counts":{"x":3},"hashes":{"log":"77"},"parent_event_id":null,"rc":0,"run_id":"r","schema_version":2,"ts_utc":"2026-02-28T23:59:59.999Z"}""";

    private readonly byte[] _buffer = GC.AllocateArray<byte>(1 << 16, pinned: true);

    [Fact]
    public void Every_line_that_the_writer_writes_is_recognised_with_its_link()
    {
        byte[]? previous = null;
        for (var i = 0; i < 3000; i++)
        {
            var line = LedgerLineEncoder.Encode(MadeLedger.Varied(i), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(i), previous).WithoutLineFeed.ToArray();
            // The writer spells a character that is no text by its number; such lines are read in full.
            if (line.AsSpan().IndexOf("\\u"u8) >= 0) continue;
            Assert.True(IsRecognised(line, out var link), Encoding.UTF8.GetString(line));
            Assert.Equal(previous is null ? null : Convert.ToHexStringLower(previous), link);
            previous = LedgerHash.Leaf(line);
        }
    }

    [Fact]
    public void No_mutation_of_a_line_is_recognised_that_reading_it_in_full_refuses()
    {
        var random = new Random(11);
        var (tried, recognised) = (0, 0);
        for (var i = 0; i < 150; i++)
        {
            var line = MadeLedger.VariedLine(i);
            for (var round = 0; round < 120; round++, tried++)
            {
                var mutant = Mutate(line, random);
                if (!IsRecognised(mutant, out var link)) continue;
                recognised++;
                var verdict = LineVerdict.Of(new LedgerLine(mutant, 0, 2, HasLineFeed: true, IsTooLong: false));
                Assert.Equal((LineKind.Chained, link), (verdict.Kind, verdict.Previous));
                Assert.True(verdict.Reason is null || verdict.Reason.StartsWith("its event_id", StringComparison.Ordinal), $"{verdict.Reason}: {Encoding.Latin1.GetString(mutant)}");
            }
        }

        // Most mutations hit a text, and leave a line sound.
        Assert.InRange(recognised, tried / 10, tried - (tried / 10));
    }

    [Theory]
    [InlineData("2026-02-28", "2024-02-29", true)]
    [InlineData("2026-02-28", "2026-02-29", false)]
    [InlineData("2026-02-28", "2026-13-01", false)]
    [InlineData("2026-02-28", "0000-01-01", false)]
    [InlineData("T23", "T24", false)]
    [InlineData(":59.", ":60.", false)]
    [InlineData("Z\"", "z\"", false)]
    [InlineData("\"a\":1", "\"a\":01", false)]
    [InlineData("\"a\":1", "\"a\":-0.5e+7", true)]
    [InlineData("\"a\":1", "\"a\":1.", false)]
    [InlineData("\"a\":1", "\"a\":1e", false)]
    [InlineData("\"a\":1", "\"a\":+1", false)]
    [InlineData("\"a\":1", "\"b\":1", false)]
    [InlineData("\"a\":1", "\"\":1", true)]
    [InlineData("\"a\":1", "\"a\":NaN", false)]
    [InlineData("\"a\":1", "\"a\": 1", false)]
    [InlineData("\"d\":\"e\"", "\"d\":\"\\u0041\"", false)]
    [InlineData("\"d\":\"e\"", "\"d\":\"\\x\"", false)]
    [InlineData("\"d\":\"e\"", "\"d\":\"\t\"", false)]
    [InlineData("[true,null]", "[true,]", false)]
    [InlineData("[true,null]", "[]", true)]
    [InlineData("\"x\":3", "\"x\":3.0", false)]
    [InlineData("\"x\":3", "\"x\":1234567890123456789", false)]
    [InlineData("\"rc\":0", "\"rc\":1e2", false)]
    [InlineData("\"rc\":0", "\"rc\":2147483648", false)]
    [InlineData("\"log\":\"77\"", "\"log\":77", false)]
    [InlineData("\"log\":\"77\"", "\"prev\":\"77\"", false)]
    [InlineData("abcdef", "ABCDEF", false)]
    [InlineData("\"schema_version\":2", "\"schema_version\":3", false)]
    [InlineData("\"A\"", "null", false)]
    [InlineData("Z\"}", "Z\"} ", false)]
    [InlineData("Z\"}", "Z\"}\r", false)]
    public void Each_rule_of_the_form_holds(string part, string instead, bool isRecognised)
    {
        Assert.True(IsRecognised(Encoding.UTF8.GetBytes(Line), out _));
        Assert.Contains(part, Line, StringComparison.Ordinal);
        Assert.Equal(isRecognised, IsRecognised(Encoding.UTF8.GetBytes(Line.Replace(part, instead, StringComparison.Ordinal)), out _));
    }

    [Fact]
    public void A_line_cut_off_anywhere_is_not_recognised_whatever_is_behind_it()
    {
        var line = Encoding.UTF8.GetBytes(Line);
        for (var length = 0; length < line.Length; length++)
        {
            line.CopyTo(_buffer.AsSpan(1));
            _buffer[1 + length] = (byte)'\n';
            var begin = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 1);
            Assert.False(CanonicalLine.TryRecognise(begin, begin + length, out _));
        }
    }

    internal static byte[] Mutate(byte[] line, Random random)
    {
        ReadOnlySpan<byte> tokens = "\"\\{}[]:,0123456789-+.eEtrufalsn \t\r\0\x7fü"u8;
        var mutant = new List<byte>(line);
        for (var changes = random.Next(1, 3); changes > 0; changes--)
        {
            var (at, other) = (random.Next(mutant.Count), random.Next(mutant.Count));
            var value = random.Next(3) == 0 ? (byte)random.Next(256) : tokens[random.Next(tokens.Length)];
            switch (random.Next(5))
            {
                case 0: mutant[at] = value; break;
                case 1: mutant.Insert(at, value); break;
                case 2: mutant.RemoveAt(at); break;
                case 3: (mutant[at], mutant[other]) = (mutant[other], mutant[at]); break;
                default: mutant.InsertRange(at, mutant.GetRange(other, Math.Min(random.Next(1, 30), mutant.Count - other))); break;
            }
        }

        return [.. mutant.Where(value => value != '\n')];
    }

    private bool IsRecognised(byte[] line, out string? link)
    {
        line.CopyTo(_buffer.AsSpan(1));
        _buffer[1 + line.Length] = (byte)'\n';
        var begin = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 1);
        var isRecognised = CanonicalLine.TryRecognise(begin, begin + line.Length, out var hash);
        link = hash is null ? null : Encoding.ASCII.GetString(hash, 64);
        return isRecognised && Utf8.IsValid(line);
    }
}
