using System.Buffers;

namespace Factory.Core.Guards.Secrets;

/// <summary>A secret in a file.</summary>
/// <param name="Rule">The rule that found it.</param>
/// <param name="Line">The line it begins in, from 1.</param>
/// <param name="Secret">The secret itself. It must not reach anything that is written or printed.</param>
public sealed record SecretHit(SecretRule Rule, long Line, string Secret)
{
    /// <summary>Without the secret, so that no message and no log shows it by accident.</summary>
    public override string ToString() => $"{Rule.Id} in line {Line}";
}

/// <summary>
/// Finds the secrets in the bytes of a file of any size and any kind, in bounded memory. Bytes are taken one by one as
/// characters, since every rule is about ASCII; NUL bytes are left out, so that UTF-16 and UTF-32 read like ASCII, and
/// <see cref="WideText"/> parts what they do not join.
/// </summary>
public sealed class SecretStream : IDisposable
{
    private const int BlockSize = 256 * 1024, ShortWord = 16, ManyShortWords = 256;
    private readonly SecretScanner _scanner;
    private readonly int _mostHits;
    private readonly int _before;
    private readonly char[] _text;
    private readonly WideText _wide;
    private readonly List<SecretHit> _hits = [];
    private int _scanned;
    private long _line = 1;

    /// <summary>Begins a file.</summary>
    /// <param name="scanner">What searches.</param>
    /// <param name="mostHits">After how many secrets to stop.</param>
    public SecretStream(SecretScanner scanner, int mostHits)
        : this(scanner, mostHits, BlockSize)
    {
    }

    /// <summary>Begins a file that is searched in blocks of another size.</summary>
    internal SecretStream(SecretScanner scanner, int mostHits, int blockSize)
    {
        (_scanner, _mostHits) = (scanner, mostHits);
        // Two bytes of another script's letter, and the character before a secret.
        _before = scanner.LongestBefore + 8;
        _text = ArrayPool<char>.Shared.Rent(blockSize + SecretRule.LongestReach + _before + WideText.Pending);
        _wide = new WideText(_text);
    }

    /// <summary>What was found, in the order of the file; at most as many as were asked for.</summary>
    public IReadOnlyList<SecretHit> Hits => _hits;

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _hits.Count < _mostHits)
        {
            var part = bytes[..Math.Min(bytes.Length, Room)];
            bytes = bytes[part.Length..];
            Take(part);
            if (Room <= 0) Scan(_wide.Length - SecretRule.LongestReach);
        }
    }

    /// <summary>Ends the file.</summary>
    public void Complete()
    {
        _wide.Complete();
        Scan(_wide.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<char>.Shared.Return(_text, clearArray: _hits.Count > 0);

    private int Room => _text.Length - _wide.Length - WideText.Pending;

    private void Take(ReadOnlySpan<byte> part)
    {
        while (!part.IsEmpty)
        {
            var zero = part.IndexOf((byte)0);
            if (zero is >= 0 and < ShortWord)
            {
                // Where every second byte is a NUL, a search for the next one takes longer than a look at each.
                var few = Math.Min(part.Length, ManyShortWords);
                _wide.Take(part[..few]);
                part = part[few..];
                continue;
            }

            _wide.TakeWord(zero < 0 ? part : part[..zero]);
            part = zero < 0 ? [] : part[zero..];
        }
    }

    // A keyword is judged only when everything that its rule may look at is here.
    private void Scan(int end)
    {
        var text = _text.AsSpan(0, _wide.Length);
        var (counted, line) = (_scanned, _line);
        foreach (var span in _wide.Find(_scanner, _scanned, end))
        {
            if (_hits.Count == _mostHits) break;
            (counted, line) = (span.Start, line + Lines(text, counted, span.Start));
            _hits.Add(new SecretHit(span.Rule, line, new string(text[span.Start..span.End])));
        }

        _line = line + Lines(text, counted, end);
        var keepFrom = Math.Max(0, end - _before);
        _wide.Forget(keepFrom);
        _scanned = end - keepFrom;
    }

    // A secret may begin before what is searched now, or behind it.
    private static int Lines(ReadOnlySpan<char> text, int from, int to) => from <= to ? text[from..to].Count('\n') : -text[to..from].Count('\n');
}
