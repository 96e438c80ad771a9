using System.Buffers;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Guards.Secrets;

/// <summary>
/// Keeps secrets out of what Factory writes and prints about a run: those that were found, wherever they stand, and those that
/// a rule recognises. Safe to use from several threads.
/// </summary>
public sealed class SecretRedactor
{
    private const int ShortestRun = 16;
    private static readonly SearchValues<string> Hints = SearchValues.Create(["pass", "pwd", "@", "://", "-----BEGIN", "secret", "token=", "key="], StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");
    private volatile IReadOnlyList<string> _known = [];

    /// <summary>Remembers secrets; the longest are replaced first. A file's bytes are read one by one as characters, so their UTF-8 reading is remembered too.</summary>
    public void Learn(IEnumerable<string> secrets)
    {
        lock (this) _known = [.. _known.Concat(secrets.SelectMany(Readings)).Where(secret => secret.Length > 0).Distinct(StringComparer.Ordinal).OrderByDescending(secret => secret.Length)];
    }

    /// <summary>The text with <c>[redacted]</c> for every secret that was learned.</summary>
    public string Hide(string text)
    {
        foreach (var secret in _known) text = text.Replace(secret, "[redacted]", StringComparison.Ordinal);
        return text;
    }

    /// <summary>The text without learned secrets, and with <c>[redacted: RULE]</c> for what a rule takes for one.</summary>
    public string Redact(string text)
    {
        text = Hide(text);
        if (!IsSuspicious(text)) return text;
        var spans = SecretScanner.BuiltIn.Find(text);
        if (spans.Count == 0) return text;
        var clean = new StringBuilder();
        var at = 0;
        foreach (var span in spans)
        {
            clean.Append(text, at, span.Start - at).Append("[redacted: ").Append(span.Rule.Id).Append(']');
            at = span.End;
        }

        return clean.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Words for people: without secrets, and with everything in them to be seen, so that two names never look alike.</summary>
    public string Clean(string text) => VisibleText.Of(Redact(text));

    /// <summary>A blocker without secrets, in words of which everything can be seen; the path itself is only redacted.</summary>
    public Blocker Redact(Blocker blocker) => blocker with
    {
        Path = blocker.Path is null ? null : Redact(blocker.Path),
        Message = Clean(blocker.Message),
        NextAction = Clean(blocker.NextAction),
    };

    /// <summary>Values as they go into JSON, lists and maps included, without secrets in any text.</summary>
    public object? Redact(object? value) => value switch
    {
        string text => Redact(text),
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Redact(pair.Value), StringComparer.Ordinal),
        IEnumerable<object?> list => list.Select(Redact).ToList(),
        _ => value,
    };

    private static IEnumerable<string> Readings(string secret) =>
        Ascii.IsValid(secret) || secret.Any(c => c > '\u00ff') ? [secret] : [secret, Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(secret))];

    // The rules take time to load, and most messages hold nothing that could be a secret: no long word.
    private static bool IsSuspicious(string text)
    {
        // Commit ids and digests are no secrets by themselves, and every event of a ledger has some.
        if (!text.AsSpan().ContainsAnyExcept(Hexadecimal)) return false;
        if (text.AsSpan().ContainsAny(Hints)) return true;
        var run = 0;
        foreach (var c in text)
        {
            run = char.IsAsciiLetterOrDigit(c) || c is '+' or '_' or '-' or '.' or '~' or '%' or '=' ? run + 1 : 0;
            if (run >= ShortestRun) return true;
        }

        return false;
    }
}
