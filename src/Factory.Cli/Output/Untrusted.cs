using System.Text;

namespace Factory.Cli.Output;

/// <summary>Makes text from outside (file names, git's and workers' words) safe to show.</summary>
internal static class Untrusted
{
    /// <summary>One line: control characters become spaces, and what reorders text or commands a build service is defused.</summary>
    public static string Line(string text)
    {
        var safe = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsControl(c) || c is '\u2028' or '\u2029') safe.Append(' ');
            else if (c is not ((>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\u200e' or '\u200f' or '\u061c')) safe.Append(c);
        }

        // Azure Pipelines obeys ##vso[ and ##[ anywhere in a line.
        return safe.Replace("##[", "# #[").Replace("##vso[", "# #vso[").ToString().TrimEnd();
    }

    /// <summary>Several lines, each made safe; none begins with a command to GitHub Actions.</summary>
    public static IEnumerable<string> Lines(string text)
    {
        foreach (var line in text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n'))
        {
            var safe = Line(line);
            yield return safe.AsSpan().TrimStart().StartsWith("::", StringComparison.Ordinal) ? "| " + safe : safe;
        }
    }
}
