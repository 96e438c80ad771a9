using System.Globalization;
using Factory.Benchmarks.Ledgers;
using Factory.Core.Ledger;

namespace Factory.Benchmarks.Comparison;

/// <summary>Ledgers to measure on, each in a folder of its own; deleted afterwards unless the caller named the folder.</summary>
internal sealed class LedgerStock(string? kept) : IDisposable
{
    private const int Seed = 1;

    /// <summary>Where generated ledgers are.</summary>
    public string Folder { get; } = kept ?? Directory.CreateTempSubdirectory("factory-bench-ledger-").FullName;

    /// <summary>A ledger that is there, or a generated one of so many events.</summary>
    public string Find(string pathOrCount) =>
        long.TryParse(pathOrCount, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var events) ? OfSize(events) : Path.GetFullPath(pathOrCount);

    /// <summary>A ledger of so many events; one from an earlier comparison is used again.</summary>
    public string OfSize(long events)
    {
        var path = Path.Combine(Folder, events.ToString(CultureInfo.InvariantCulture), LedgerPaths.LedgerName);
        if (File.Exists(LedgerPaths.OfFile(path).Frontier)) return path;
        Console.Error.WriteLine($"generating {events:N0} events");
        return LedgerGenerator.Generate(path, events, Seed).Path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (kept is null) Directory.Delete(Folder, recursive: true);
    }
}
