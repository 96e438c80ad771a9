using System.Text;
using Factory.Core.Ledger.Reading;
using Factory.Core.Tests.Ledger.Verification;

namespace Factory.Core.Tests.Ledger;

public sealed class ShapedMembersTests
{
    private const string Line =
        """{"actor":"A","details":{"a":[0,10,1.5],"kind":"k","status":"","worker":"W","workers":["A",{"id":"B"}]},"duration_ms":-15,"event_id":null,"event_type":"RUN_END","file_counts":{"x":3},"hashes":{"log":"77"},"parent_event_id":"p","rc":-12,"run_id":"r","schema_version":2,"ts_utc":"2026-02-28T23:59:59.999Z"}""";

    private readonly byte[] _buffer = GC.AllocateArray<byte>(1 << 16, pinned: true);

    [Fact]
    public void Whatever_byte_is_changed_in_a_line_whose_shape_is_known_the_members_are_those_that_reading_finds()
    {
        var line = Encoding.UTF8.GetBytes(Line);
        for (var at = 0; at < line.Length; at++)
        {
            var members = new ShapedMembers();
            Assert.True(Agrees(members, line));
            for (var value = 0x20; value < 0x7F; value++)
            {
                if (value == '\\') continue;
                var mutant = (byte[])line.Clone();
                mutant[at] = (byte)value;
                Agrees(members, mutant);
            }
        }
    }

    [Fact]
    public void Whatever_is_done_to_lines_of_known_shapes_the_members_are_those_that_reading_finds()
    {
        var random = new Random(6);
        var (tried, read) = (0, 0);
        var members = new ShapedMembers();
        for (var i = 0; i < 300; i++)
        {
            var line = MadeLedger.VariedLine(i);
            for (var round = 0; round < 100; round++)
            {
                var mutant = round == 0 ? line : CanonicalLineTests.Mutate(line, random);
                if (mutant.AsSpan().ContainsAnyExceptInRange((byte)0x20, (byte)0x7E) || mutant.Contains((byte)'\\')) continue;
                tried++;
                if (Agrees(members, mutant)) read++;
            }
        }

        Assert.InRange(read, tried / 10, tried - (tried / 10));
    }

    [Theory]
    [InlineData("\"duration_ms\":-15", "\"duration_ms\":-98")]
    [InlineData("\"rc\":-12", "\"rc\":-90")]
    [InlineData("\"kind\":\"k\"", "\"kind\":\"~\"")]
    [InlineData("2026-02-28T23", "2024-02-29T00")]
    [InlineData("[0,10,", "[9,99,")]
    public void A_line_that_differs_in_a_value_has_the_same_shape_and_a_value_of_its_own(string part, string instead)
    {
        var members = new ShapedMembers();
        Assert.True(Agrees(members, Encoding.UTF8.GetBytes(Line)));
        Assert.Contains(part, Line, StringComparison.Ordinal);
        Assert.True(Agrees(members, Encoding.UTF8.GetBytes(Line.Replace(part, instead, StringComparison.Ordinal))));
        Assert.Equal(1, members.ShapesLearned);
    }

    private bool Agrees(ShapedMembers shaped, byte[] line)
    {
        line.CopyTo(_buffer, 1);
        var text = _buffer.AsSpan(1, line.Length);
        var expected = LineMembers.TryRead(text, isAscii: true, out var a) ? Describe(a) : null;
        var found = shaped.TryRead(text, out var b) ? Describe(b) : null;
        if (expected != found) Assert.Fail($"{found}, but reading finds {expected}: {Encoding.Latin1.GetString(line)}");
        return found is not null;
    }

    private static string Describe(scoped in LineMembers line) => string.Join(
        '|', Text(line.Actor), Text(line.Details), line.HasKind, Text(line.Kind), line.HasStatus, Text(line.Status), Text(line.Worker), Text(line.Workers),
        Text(line.EventId), Text(line.FileCounts), Text(line.Hashes), Text(line.ParentEventId), Text(line.RunId), Text(line.Time), line.EventType, line.DurationMs, line.Rc, line.UtcTicks);

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
