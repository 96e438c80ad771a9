using System.Buffers;
using System.Text;

namespace Factory.Core.Workers.Processes;

/// <summary>Arguments and environment in the form that CreateProcessW takes.</summary>
internal static class WindowsCommandLine
{
    /// <summary>The longest command line that CreateProcessW accepts, in characters with the final NUL.</summary>
    internal const int LongestCommandLine = 32_767;

    private static readonly SearchValues<char> Separating = SearchValues.Create(" \t\n\v\r\"");

    /// <summary>One line that CommandLineToArgvW and the C runtime split into exactly these arguments.</summary>
    internal static string Join(IReadOnlyList<string> arguments)
    {
        // The first word is split by simpler rules, in which a backslash never escapes; a path holds no quotes.
        var line = new StringBuilder().Append('"').Append(arguments[0]).Append('"');
        foreach (var argument in arguments.Skip(1)) Append(line.Append(' '), argument);
        return line.ToString();
    }

    /// <summary>NAME=VALUE, each ended by NUL, sorted without regard to case as the system expects, and a NUL at the end.</summary>
    internal static string Block(IReadOnlyDictionary<string, string> environment)
    {
        var block = new StringBuilder();
        foreach (var (name, value) in environment.OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase))
            block.Append(name).Append('=').Append(value).Append('\0');
        // An empty block, too, has two.
        if (block.Length == 0) block.Append('\0');
        return block.Append('\0').ToString();
    }

    private static void Append(StringBuilder line, string argument)
    {
        if (argument.Length > 0 && !argument.AsSpan().ContainsAny(Separating))
        {
            line.Append(argument);
            return;
        }

        line.Append('"');
        var backslashes = 0;
        foreach (var c in argument)
        {
            // Backslashes are literal unless a quote follows: then each is doubled, and one more protects the quote.
            if (c == '"') line.Append('\\', backslashes + 1);
            backslashes = c == '\\' ? backslashes + 1 : 0;
            line.Append(c);
        }

        line.Append('\\', backslashes).Append('"');
    }
}
