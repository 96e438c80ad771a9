using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Ledger;

/// <summary>A runs folder that is deleted after the test, and what tests do with a ledger.</summary>
internal sealed class LedgerFolder : IDisposable
{
    public static readonly RunId Run = RunId.Parse("factory_20260218_131510_6339cf02_001");
    public static readonly RunId OtherRun = RunId.Parse("factory_20260218_131510_6339cf02_002");
    private readonly bool _isOwned;
    private readonly List<LedgerWriter> _writers = [];

    public LedgerFolder(string? existing = null, bool isOwned = false)
    {
        _isOwned = existing is null || isOwned;
        Paths = new LedgerPaths(existing ?? Directory.CreateTempSubdirectory("ledger-test-").FullName);
    }

    public static string Sample => Path.Combine(AppContext.BaseDirectory, "TestData", "two-generations.jsonl");

    public LedgerPaths Paths { get; }

    public SettableClock Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public byte[] Bytes
    {
        get => File.ReadAllBytes(Paths.Ledger);
        set => File.WriteAllBytes(Paths.Ledger, value);
    }

    public byte[][] Lines => SplitLines(Bytes);

    public string[] Quarantine => [.. Directory.GetFiles(Paths.RunsFolder).Where(file => Path.GetFileName(file).StartsWith("factory_ledger.quarantine.", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static byte[][] SplitLines(byte[] ledger) =>
        [.. System.Text.Encoding.Latin1.GetString(ledger).Split('\n')[..^1].Select(System.Text.Encoding.Latin1.GetBytes)];

    public static byte[] JoinLines(IEnumerable<byte[]> lines) => [.. lines.SelectMany(line => (byte[])[.. line, (byte)'\n'])];

    public static LedgerEntry Entry(int number, LedgerEventType type = LedgerEventType.CheckResult) =>
        new(Run, type, "Z_integrator") { Rc = 0, Details = new Dictionary<string, object?> { ["number"] = number, ["status"] = "PASS", ["kind"] = "factory" } };

    /// <summary>A new writer, as another process has one; closed with the folder at the latest.</summary>
    public LedgerWriter Writer()
    {
        var writer = new LedgerWriter(Paths.RunsFolder, Clock);
        _writers.Add(writer);
        return writer;
    }

    public void AppendMany(int count)
    {
        using var writer = Writer();
        for (var i = 0; i < count; i++)
        {
            writer.Append(Entry(i));
            Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    public List<LedgerEvent> Read(LedgerFilter? filter = null) => [.. LedgerReader.Read(Paths.Ledger, filter, strict: true)];

    public void Dispose()
    {
        foreach (var writer in _writers) writer.Dispose();
        if (_isOwned) Directory.Delete(Paths.RunsFolder, recursive: true);
    }
}

/// <summary>A clock that stands still until it is told otherwise, and may go backwards.</summary>
internal sealed class SettableClock(DateTimeOffset now) : TimeProvider
{
    private DateTimeOffset _now = now;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(TimeSpan by) => _now += by;
}
