using System.Text;
using System.Text.RegularExpressions;
using Factory.Core.Contracts;
using Factory.Core.Guards.Secrets;

namespace Factory.Core.Pipeline.Launching;

/// <summary>
/// The last line that a command wrote to standard error, as a blocker may quote it: without secrets, all of it to be seen, and
/// short. It is what others wrote.
/// </summary>
internal static partial class LastLine
{
    private const int Longest = 200;

    /// <summary>Finds the line.</summary>
    /// <param name="end">The last bytes of the output.</param>
    /// <param name="isCut">Whether there were bytes before them.</param>
    /// <param name="redactor">Takes secrets out.</param>
    /// <returns>Null when there is none that can be quoted.</returns>
    public static string? Of(ReadOnlySpan<byte> end, bool isCut, SecretRedactor redactor)
    {
        // Colours go first, since one in the middle of a secret would hide it; and the whole end is searched, since a key has many lines.
        var text = redactor.Redact(Colours().Replace(Encoding.UTF8.GetString(end), ""));
        var lines = text.Split(['\n', '\r']);
        var last = Array.FindLastIndex(lines, line => !string.IsNullOrWhiteSpace(line));
        // A line without its beginning may begin within a secret; text in another encoding was not searched for any.
        if (last < 0 || (last == 0 && isCut) || lines[last].Contains('\0', StringComparison.Ordinal)) return null;
        return Shorten(VisibleText.Of(lines[last].Trim()));
    }

    // At a space: what is learned to be a secret later is found in whole words only.
    private static string? Shorten(string line)
    {
        const string More = " ...";
        if (line.Length <= Longest) return line;
        var end = line.LastIndexOf(' ', Longest - More.Length);
        return end > 0 ? line[..end] + More : null;
    }

    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]", RegexOptions.CultureInvariant)]
    private static partial Regex Colours();
}
