using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using FsCheck;
using FsCheck.Fluent;

namespace Factory.Core.Tests.Ledger;

public sealed class LedgerRoundTripTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void Any_details_come_back_as_they_were_appended() => Prop.ForAll(Details(), details =>
    {
        var read = Decode(Encode(details));
        Assert.True(AreEqual(details, read.Details), Encoding.UTF8.GetString(Encode(details)));
        Assert.Equal("2026-03-01T12:00:00.123Z", read.TsUtc);
    }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void The_order_in_which_details_were_put_together_does_not_show() => Prop.ForAll(Details(), details =>
        Assert.Equal(Encode(details), Encode(new Dictionary<string, object?>(details.Reverse())))).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void Keys_are_in_ordinal_order_at_every_level() => Prop.ForAll(Details(), details =>
    {
        using var document = JsonDocument.Parse(Encode(details));
        AssertOrdered(document.RootElement);
    }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    [Fact]
    public void The_id_of_a_line_can_be_computed_again_from_the_line() => Prop.ForAll(Details(), details =>
    {
        var line = Encode(details);
        Assert.Equal(Decode(line).EventId, LedgerEventId.Recompute(line));
    }).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true));

    private static byte[] Encode(Dictionary<string, object?> details) =>
        LedgerLineEncoder.Encode(new LedgerEntry(LedgerFolder.Run, LedgerEventType.RunState, "Z_integrator") { Details = details }, Now, new byte[32]).WithoutLineFeed.ToArray();

    private static LedgerEvent Decode(byte[] line)
    {
        using var record = LedgerRecord.TryParse(line, out var reason);
        Assert.Null(reason);
        Assert.Null(LedgerShape.ExplainStrictly(record!.Root));
        return record.ToEvent(1);
    }

    private static Arbitrary<Dictionary<string, object?>> Details() => Map(3).ToArbitrary();

    private static Gen<Dictionary<string, object?>> Map(int depth) =>
        from pairs in Gen.Zip(Text(), Value(depth - 1)).ArrayOf().Resize(8)
        select pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2);

    private static Gen<object?> Value(int depth)
    {
        var plain = Gen.OneOf(
            Text().Select(text => (object?)text),
            ArbMap.Default.GeneratorFor<long>().Select(number => (object?)number),
            ArbMap.Default.GeneratorFor<NormalFloat>().Select(number => (object?)number.Get),
            ArbMap.Default.GeneratorFor<bool>().Select(flag => (object?)flag),
            Gen.Elements<object?>(null, "", 0L, -0.0, 1e300, double.Epsilon, long.MinValue, "\"\\\u0000\u2028<&\ud83d\ude00", "C:\\u0041\\ud800"));
        return depth <= 0 ? plain : Gen.OneOf(plain, plain, Map(depth).Select(map => (object?)map), Value(depth - 1).ArrayOf().Resize(5).Select(list => (object?)list));
    }

    // Whatever is not well-formed becomes U+FFFD here: that it is refused is another test.
    private static Gen<string> Text() => ArbMap.Default.GeneratorFor<string>().Select(text => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text ?? "")));

    private static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (IReadOnlyDictionary<string, object?> one, IReadOnlyDictionary<string, object?> two) =>
            one.Count == two.Count && one.All(pair => two.TryGetValue(pair.Key, out var value) && AreEqual(pair.Value, value)),
        (object?[] one, object?[] two) => one.Length == two.Length && one.Zip(two).All(pair => AreEqual(pair.First, pair.Second)),
        _ => Equals(left, right),
    };

    private static void AssertOrdered(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) AssertOrdered(item);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            var names = value.EnumerateObject().Select(member => member.Name).ToList();
            Assert.Equal(names.Order(StringComparer.Ordinal), names);
            foreach (var member in value.EnumerateObject()) AssertOrdered(member.Value);
        }
    }
}
