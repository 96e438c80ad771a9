using System.Text;
using Factory.Core.Workers.Processes;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class OutputLogTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private string LogPath => Path.Combine(_folder.Path, "x.log");

    public void Dispose() => _folder.Dispose();

    [Property]
    public void What_fits_is_kept_and_what_does_not_keeps_its_ends(byte[][] chunks, byte cap)
    {
        var all = chunks.SelectMany(chunk => chunk ?? []).ToArray();
        using var file = new MemoryStream();
        using var log = new CappedLog(() => file, cap);
        foreach (var chunk in chunks) log.Append(chunk ?? []);
        var result = log.Finish(null);
        Assert.Equal(new OutputLogResult(all.Length, Math.Min(all.Length, cap), all.Length > cap, null), result);
        var head = all[..Math.Min(all.Length, cap - (cap / 2))];
        var tail = all[Math.Max(head.Length, all.Length - (cap / 2))..];
        var note = all.Length > cap ? (head.Length == 0 || head[^1] == '\n' ? "" : "\n") + $"[factory: {all.Length - cap} bytes left out here]\n" : "";
        Assert.Equal([.. head, .. Encoding.ASCII.GetBytes(note), .. tail], file.ToArray());
    }

    [Fact]
    public async Task A_full_disk_is_told_and_the_source_is_still_drained()
    {
        using var source = new MemoryStream(new byte[1_000_000]);
        var result = await OutputLog.PumpAsync(source, () => new FullDisk(), 500_000, null, Commands.Token);
        Assert.Equal((1_000_000, 0, true, "No space left on device"), (result.BytesSeen, result.BytesKept, result.Truncated, result.Error));
    }

    [Fact]
    public async Task A_log_that_cannot_be_opened_is_told_and_the_source_is_still_drained()
    {
        using var source = new MemoryStream(new byte[1000]);
        var result = await OutputLog.PumpAsync(source, Path.Combine(_folder.Path, "missing", "x.log"), 100, Commands.Token);
        Assert.Equal((1000, 0, true), (result.BytesSeen, result.BytesKept, result.Truncated));
        Assert.NotNull(result.Error);
    }

    [Fact]
    public async Task Cancelling_keeps_what_was_read()
    {
        using var cancel = new CancellationTokenSource();
        var source = new OneThenSilence();
        var pump = OutputLog.PumpAsync(source, LogPath, 8, cancel.Token);
        await cancel.CancelAsync();
        var result = await pump;
        Assert.Equal((10, 8, true), (result.BytesSeen, result.BytesKept, result.Truncated));
        Assert.Contains("still open", result.Error, StringComparison.Ordinal);
        Assert.Equal("0123\n[factory: 2 bytes left out here]\n6789", File.ReadAllText(LogPath));
    }

    [Fact]
    public async Task A_large_cap_costs_memory_only_for_what_arrives()
    {
        using var source = new MemoryStream(new byte[10]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        await OutputLog.PumpAsync(source, LogPath, 1L << 31, Commands.Token);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private sealed class FullDisk : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("No space left on device");
    }

    private sealed class OneThenSilence : MemoryStream
    {
        private bool _isSilent;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isSilent) await Task.Delay(Timeout.Infinite, cancellationToken);
            _isSilent = true;
            "0123456789"u8.CopyTo(buffer.Span);
            return 10;
        }
    }
}
