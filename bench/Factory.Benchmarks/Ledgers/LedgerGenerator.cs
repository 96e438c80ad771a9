using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Ledger.Checkpoints;

namespace Factory.Benchmarks.Ledgers;

/// <summary>What was generated.</summary>
/// <param name="Path">The ledger.</param>
/// <param name="Events">Its lines.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record GeneratedLedger(string Path, long Events, long Bytes)
{
    /// <summary>The mean length of a line with its LF, in bytes.</summary>
    public int MeanLine => (int)(Bytes / Math.Max(1, Events));
}

/// <summary>
/// Makes a chained, canonical ledger of any size with the product's own encoder, in memory that does not grow with it.
/// It is written in large pieces and not flushed line by line: only its content is that of a ledger the product wrote.
/// </summary>
internal static class LedgerGenerator
{
    private const int Buffer = 1 << 20;
    private const string PublicKeyName = "factory_ledger.pub.pem";

    /// <summary>The command <c>generate-ledger PATH --events N [--seed S]</c>.</summary>
    public static int Run(string[] arguments)
    {
        if (arguments is not [_, var path, "--events", var count, ..] || !long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var events))
            return Usage();
        var seed = 1;
        if (arguments is [_, _, _, _, "--seed", var text] && !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed)) return Usage();
        var watch = Stopwatch.StartNew();
        var made = Generate(path, events, seed);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{made.Path}: {made.Events} events, {made.Bytes} bytes, mean line {made.MeanLine} bytes, {watch.Elapsed.TotalSeconds:0.0} s"));
        return 0;
    }

    /// <summary>Writes a ledger and seals it, as the end of a run does: checkpoint, digest and frontier lie beside it.</summary>
    /// <param name="path">The ledger; its folder is created, an older file replaced.</param>
    /// <param name="events">How many lines; the last run is cut off when they are reached.</param>
    /// <param name="seed">The same seed makes the same bytes.</param>
    public static GeneratedLedger Generate(string path, long events, int seed)
    {
        path = Path.GetFullPath(path);
        var paths = LedgerPaths.OfFile(path);
        Directory.CreateDirectory(paths.RunsFolder);
        foreach (var old in (string[])[paths.Checkpoint, paths.Digest, paths.Frontier]) File.Delete(old);
        var bytes = Write(path, events, seed);
        // A file of another name is no ledger of a runs folder, and nothing can seal it.
        if (Path.GetFileName(path) == LedgerPaths.LedgerName) Seal(paths);
        return new GeneratedLedger(path, events, bytes);
    }

    private static void Seal(LedgerPaths paths)
    {
        using var key = new SigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        LedgerSeal.Write(paths.RunsFolder, key);
        File.WriteAllText(Path.Combine(paths.RunsFolder, PublicKeyName), key.Public.ToPem());
    }

    private static long Write(string path, long events, int seed)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        using var buffer = new MemoryStream(Buffer + LedgerLineEncoder.LongestLine);
        foreach (var line in Lines(events, new Random(seed)))
        {
            buffer.Write(line.Span);
            buffer.WriteByte((byte)'\n');
            if (buffer.Length >= Buffer) Spill();
        }

        Spill();
        return file.Length;

        void Spill()
        {
            file.Write(buffer.GetBuffer(), 0, (int)buffer.Length);
            buffer.SetLength(0);
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(long events, Random random)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var ids = new List<string>();
        byte[]? previous = null;
        for (var made = 0L; made < events;)
        {
            ids.Clear();
            foreach (var (entry, delay, parent) in SyntheticRun.Events(random, now, 1))
            {
                if (made++ == events) yield break;
                now = now.AddMilliseconds(delay);
                var encoded = LedgerLineEncoder.Encode(parent < 0 ? entry : entry with { ParentEventId = ids[parent] }, now, previous);
                // The line itself, whether or not the encoder has ended it: the chain does not cover the LF.
                ReadOnlyMemory<byte> line = encoded.Bytes.AsMemory().TrimEnd((byte)'\n');
                previous = LedgerHash.Leaf(line.Span);
                ids.Add(encoded.EventId);
                yield return line;
            }

            // Two runs of one second would share a name.
            now = now.AddMilliseconds(1000 + random.Next(20_000));
        }
    }

    private static int Usage()
    {
        Console.Error.WriteLine("usage: generate-ledger PATH --events N [--seed S]");
        return 1;
    }
}
