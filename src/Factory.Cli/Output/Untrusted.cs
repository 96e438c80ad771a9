using Factory.Core.Contracts;

namespace Factory.Cli.Output;

/// <summary>Makes text from outside (file names, git's and workers' words) safe to show.</summary>
internal static class Untrusted
{
    /// <summary>One line: what cannot be seen is spelled out, and what commands a build service is defused.</summary>
    public static string Line(string text) => VisibleText.InLog(text.TrimEnd()).TrimEnd();

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
