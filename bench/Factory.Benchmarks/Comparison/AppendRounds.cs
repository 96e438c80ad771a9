using Factory.Benchmarks.Ledgers;
using Factory.Core.Ledger;
using Microsoft.Win32.SafeHandles;

namespace Factory.Benchmarks.Comparison;

/// <summary>
/// Appends the same lines to the same ledger in two ways, one at a time: with the product's writer, and with a bare loop of
/// a write and an fsync. After each round the ledger's folder is as it was.
/// </summary>
internal sealed class AppendRounds
{
    /// <summary>How many events one round appends.</summary>
    public const int Events = 2000;

    private readonly LedgerPaths _paths;
    private readonly long _length;
    private readonly Dictionary<string, byte[]> _others;
    private readonly List<LedgerEntry> _entries = [];
    private List<byte[]> _lines = [];

    public AppendRounds(string ledger)
    {
        _paths = LedgerPaths.OfFile(ledger);
        _length = new FileInfo(ledger).Length;
        _others = Directory.EnumerateFiles(_paths.RunsFolder).Where(path => path != _paths.Ledger).ToDictionary(path => path, File.ReadAllBytes);
        var random = new Random(2);
        while (_entries.Count < Events) _entries.AddRange(SyntheticRun.Events(random, DateTimeOffset.UnixEpoch.AddYears(56), 1).Select(item => item.Entry));
        _entries.RemoveRange(Events, _entries.Count - Events);
    }

    /// <summary>Events a second of the product's writer.</summary>
    public double WithWriter()
    {
        double seconds;
        using (var writer = new LedgerWriter(_paths.RunsFolder, TimeProvider.System))
        {
            seconds = Alternately.Seconds(() =>
            {
                foreach (var entry in _entries) writer.Append(entry);
            })();
        }

        _lines = ReadAppended();
        Restore();
        return Events / seconds;
    }

    /// <summary>Events a second of writing the very lines that the writer wrote last, and fsync after each.</summary>
    public double WithBareLoop()
    {
        if (_lines.Count != Events) throw new InvalidOperationException("the writer goes first");
        using (var file = File.OpenHandle(_paths.Ledger, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            var seconds = Alternately.Seconds(() => WriteEach(file))();
            Restore();
            return Events / seconds;
        }
    }

    private void WriteEach(SafeFileHandle file)
    {
        var at = _length;
        foreach (var line in _lines)
        {
            RandomAccess.Write(file, line, at);
            DurableFile.Flush(file);
            at += line.Length;
        }
    }

    private List<byte[]> ReadAppended()
    {
        using var stream = new FileStream(_paths.Ledger, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length - _length];
        stream.Position = _length;
        stream.ReadExactly(bytes);
        var lines = new List<byte[]>();
        for (var start = 0; start < bytes.Length;)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', start) + 1;
            lines.Add(bytes[start..end]);
            start = end;
        }

        return lines;
    }

    private void Restore()
    {
        using (var file = File.OpenHandle(_paths.Ledger, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            RandomAccess.SetLength(file, _length);
            DurableFile.Flush(file);
        }

        foreach (var path in Directory.EnumerateFiles(_paths.RunsFolder).Where(path => path != _paths.Ledger && path != _paths.Lock && !_others.ContainsKey(path))) File.Delete(path);
        foreach (var (path, content) in _others.Where(pair => pair.Key != _paths.Lock)) File.WriteAllBytes(path, content);
    }
}
