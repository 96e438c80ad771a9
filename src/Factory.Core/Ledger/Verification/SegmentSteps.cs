using System.Security.Cryptography;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Ledger.Verification;

/// <summary>A line that counts for the end of its run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Line">The line's number.</param>
/// <param name="Step">What it means.</param>
internal readonly record struct RunMark(string RunId, long Line, RunStep Step);

/// <summary>
/// Notes, of a segment's lines, what they mean for the ends of their runs, and computes the ids of those again that no checkpoint
/// covers: what a checkpoint covers was looked at before it was signed. For one thread.
/// </summary>
internal sealed class SegmentSteps
{
    private const int IdDigits = 16;
    private readonly long _checkpointSize;
    private readonly Dictionary<string, RunStep> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RunStep>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private byte[] _scratch = new byte[4096];
    private string _lastRun = "";

    private static ReadOnlySpan<byte> RunField => ",\"run_id\":\""u8;

    private static ReadOnlySpan<byte> TypeField => "\",\"event_type\":\""u8;

    private static ReadOnlySpan<byte> IdField => ",\"event_id\":\""u8;

    /// <summary>None yet.</summary>
    /// <param name="checkpointSize">How many lines the checkpoint covers.</param>
    public SegmentSteps(long checkpointSize) => (_checkpointSize, _byText) = (checkpointSize, _seen.GetAlternateLookup<ReadOnlySpan<char>>());

    /// <summary>Begins with a segment.</summary>
    public void Begin() => _seen.Clear();

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line without LF.</param>
    /// <param name="number">Its number.</param>
    /// <param name="type">Where the text of its type is, when it is in the writer's form; else 0 and 0.</param>
    /// <param name="findings">Takes what is found.</param>
    public void Read(ReadOnlyMemory<byte> line, long number, (int Start, int End) type, SegmentFindings findings)
    {
        var span = line.Span;
        var isPlain = type.Start > 0;
        if (isPlain && !span.Contains((byte)'\\'))
        {
            var id = type.Start - TypeField.Length - IdDigits - IdField.Length;
            if (number > _checkpointSize && !HasOwnId(span, id) && LineVerdict.ExplainId(line) is { } reason) findings.AddBad(number, reason);
            // Without escapes a quote ends a text; in the writer's form nothing behind the run has its name.
            var run = span[(span.LastIndexOf(RunField) + RunField.Length)..];
            Note(run[..run.IndexOf((byte)'"')], StepOf(span[type.Start..type.End], line), number, findings);
            return;
        }

        // A line of the first generation has no version, and no order after its run's end.
        if (!isPlain && span.IndexOf("schema_version"u8) < 0 && !span.Contains((byte)'\\')) return;
        using var record = LedgerRecord.TryParse(line, out _);
        if (record is null || !record.Root.TryGetProperty("schema_version", out var version) || version.GetInt32() < ContractVersion.Schema) return;
        if (isPlain && number > _checkpointSize && LineVerdict.ExplainId(line) is { } wrong) findings.AddBad(number, wrong);
        var item = record.ToEvent(number);
        Note(Encoding.UTF8.GetBytes(item.RunId), RunEnding.StepOf(item), number, findings);
    }

    private static RunStep StepOf(ReadOnlySpan<byte> type, ReadOnlyMemory<byte> line)
    {
        if (type.SequenceEqual("ONESHOT_SUMMARY"u8)) return RunStep.Summary;
        if (type.SequenceEqual("ATTESTATION_WRITTEN"u8)) return RunStep.Attested;
        if (type.SequenceEqual("LEDGER_RECOVERED"u8)) return RunStep.Any;
        if (!type.SequenceEqual("RUN_END"u8)) return RunStep.Work;
        if (line.Span.IndexOf("\"failure\":"u8) < 0) return RunStep.End;
        using var record = LedgerRecord.TryParse(line, out _);
        return record is null ? RunStep.End : RunEnding.StepOf(record.ToEvent(0));
    }

    // Of lines that only go on with the run, the first after another kind says all.
    private void Note(ReadOnlySpan<byte> run, RunStep step, long number, SegmentFindings findings)
    {
        if (step == RunStep.Any) return;
        Span<char> text = stackalloc char[Math.Min(run.Length, 256)];
        if (run.Length > text.Length) return;
        text = text[..Encoding.UTF8.GetChars(run, text)];
        if (!text.SequenceEqual(_lastRun)) _lastRun = _byText.TryGetValue(text, out var known, out _) ? known : text.ToString();
        if (step == RunStep.Work && _seen.TryGetValue(_lastRun, out var before) && before == RunStep.Work) return;
        _seen[_lastRun] = step;
        findings.Marks.Add(new RunMark(_lastRun, number, step));
    }

    private bool HasOwnId(ReadOnlySpan<byte> line, int field)
    {
        var length = line.Length - LedgerEventId.FieldLength;
        if (_scratch.Length < length) _scratch = new byte[2 * length];
        line[..field].CopyTo(_scratch);
        line[(field + LedgerEventId.FieldLength)..].CopyTo(_scratch.AsSpan(field));
        Span<byte> hash = stackalloc byte[LedgerHash.Size], digits = stackalloc byte[2 * LedgerHash.Size];
        SHA256.HashData(_scratch.AsSpan(0, length), hash);
        Convert.TryToHexStringLower(hash, digits, out _);
        return digits[..IdDigits].SequenceEqual(line.Slice(field + IdField.Length, IdDigits));
    }
}
