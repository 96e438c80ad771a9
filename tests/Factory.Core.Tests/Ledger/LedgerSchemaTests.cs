using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Newtonsoft.Json.Schema;

namespace Factory.Core.Tests.Ledger;

/// <summary>The decoder, not the schema, checks the lines of a ledger; here the two are held to the same answers.</summary>
public sealed class LedgerSchemaTests
{
    private static readonly JSchema Schema = Load();

    public static TheoryData<string, string> Changes() => new()
    {
        { "\"actor\":\"Z_integrator\"", "\"actor\":\"\"" },
        { "\"actor\":\"Z_integrator\"", "\"actor\":1" },
        { "\"actor\":\"Z_integrator\",", "" },
        { "\"actor\":\"Z_integrator\"", "\"actor\":\"Z_integrator\",\"another\":1" },
        { "\"duration_ms\":12", "\"duration_ms\":-1" },
        { "\"duration_ms\":12", "\"duration_ms\":\"12\"" },
        { "\"event_type\":\"CHECK_RESULT\"", "\"event_type\":\"check_result\"" },
        { "\"event_type\":\"CHECK_RESULT\"", "\"event_type\":\"ELSE\"" },
        { "\"event_id\":\"", "\"event_id\":\"0" },
        { "\"file_counts\":{\"files\":1}", "\"file_counts\":{\"files\":-1}" },
        { "\"file_counts\":{\"files\":1}", "\"file_counts\":null" },
        { "\"hashes\":{", "\"hashes\":{\"other\":1," },
        { "\"prev\":\"", "\"prev\":\"0" },
        { "\"parent_event_id\":null", "\"parent_event_id\":1" },
        { "\"rc\":0", "\"rc\":0.5" },
        { "\"rc\":0", "\"rc\":2147483648" },
        { "\"run_id\":\"", "\"run_id\":null,\"x\":\"" },
        { "\"schema_version\":2", "\"schema_version\":3" },
        { ".001Z", "Z" },
        { ".001Z", ".001+00:00" },
        { "\"details\":{", "\"details\":null,\"x\":{" },
    };

    [Fact]
    public void A_written_line_satisfies_the_schema_and_the_decoder()
    {
        Assert.True(JObjectOf(Line()).IsValid(Schema, out IList<string> reasons), string.Join("; ", reasons));
        Assert.Null(Explain(Line()));
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void What_the_schema_refuses_the_decoder_refuses(string from, string to)
    {
        var line = Line().Replace(from, to, StringComparison.Ordinal);
        Assert.NotEqual(Line(), line);
        Assert.NotNull(Explain(line));
        Assert.False(JObjectOf(line).IsValid(Schema));
    }

    [Fact]
    public void The_schema_names_every_event_type() => Assert.Equal(
        WireEnum<LedgerEventType>.All,
        Schema.Properties["event_type"].Enum.Select(name => (string)name!));

    private static string Line()
    {
        using var folder = new LedgerFolder();
        folder.AppendMany(1);
        folder.Writer().Append(LedgerFolder.Entry(1) with { DurationMs = 12, FileCounts = new Dictionary<string, long> { ["files"] = 1 } });
        return Encoding.UTF8.GetString(folder.Lines[1]);
    }

    private static string? Explain(string line)
    {
        using var record = LedgerRecord.TryParse(Encoding.UTF8.GetBytes(line), out var reason);
        return reason ?? LedgerShape.ExplainStrictly(record!.Root);
    }

    private static JObject JObjectOf(string line)
    {
        // By default the library turns texts that look like times into dates.
        using var reader = new JsonTextReader(new StringReader(line)) { DateParseHandling = DateParseHandling.None };
        return JObject.Load(reader);
    }

    private static JSchema Load()
    {
        using var stream = typeof(LedgerWriter).Assembly.GetManifestResourceStream("schemas/factory_ledger_event.schema.json")!;
        using var reader = new StreamReader(stream);
        return JSchema.Parse(reader.ReadToEnd());
    }
}
