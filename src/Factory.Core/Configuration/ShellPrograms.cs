using System.Collections.Frozen;

namespace Factory.Core.Configuration;

/// <summary>
/// Recognises commands that hand a text to a shell to be interpreted: <c>sh -c</c>, <c>cmd /c</c>, <c>pwsh -Command</c>,
/// or a shell that reads its commands from standard input. A shell that runs a script file, such as
/// <c>pwsh -File build.ps1</c>, is a program like any other. It looks at the program that is named (and through
/// <c>env</c>), not at what that program starts in turn.
/// </summary>
public static class ShellPrograms
{
    private static readonly FrozenSet<string> Unix = FrozenSet.ToFrozenSet(
        ["sh", "bash", "dash", "ash", "ksh", "zsh", "csh", "tcsh", "fish"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The shell that a command hands a text to, as it is written there, or null.</summary>
    public static string? Find(IReadOnlyList<string> command)
    {
        var words = command;
        if (words.Count > 0 && Is(Stem(words[0]), "env"))
            words = [.. words.Skip(1).SkipWhile(word => word.StartsWith('-') || word.Contains('='))];
        if (words.Count == 0) return null;
        var (stem, rest) = (Stem(words[0]), words.Skip(1).ToList());
        var interpretsText = Is(stem, "cmd")
            || (Unix.Contains(stem) && !RunsUnixScript(rest))
            || (Is(stem, "pwsh") && !RunsPowerShellScript(rest, isPositionalAFile: true))
            || (Is(stem, "powershell") && !RunsPowerShellScript(rest, isPositionalAFile: false));
        return interpretsText ? words[0] : null;
    }

    // Options come first; -c takes a text, -s reads standard input, and the first word without a dash is the script.
    private static bool RunsUnixScript(List<string> words)
    {
        var options = words.TakeWhile(word => word.StartsWith('-') && word != "-").ToList();
        return options.Count < words.Count
            && words[options.Count] != "-"
            && !options.Exists(option => option.StartsWith("--command", StringComparison.Ordinal) || (!option.StartsWith("--", StringComparison.Ordinal) && option.AsSpan(1).ContainsAny('c', 's')));
    }

    // PowerShell takes any beginning of an option's name; a word without a dash is a file for pwsh and a text for powershell.
    private static bool RunsPowerShellScript(List<string> words, bool isPositionalAFile)
    {
        foreach (var word in words)
        {
            if (word.StartsWith("-f", StringComparison.OrdinalIgnoreCase)) return true;
            if (TakesAText(word) || (word.StartsWith('/') && !isPositionalAFile)) break;
            if (!word.StartsWith('-') && word.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase)) return isPositionalAFile;
        }

        return false;
    }

    // -Command, -CommandWithArgs and -EncodedCommand; -ExecutionPolicy begins with -e too.
    private static bool TakesAText(string word) =>
        word.StartsWith("-c", StringComparison.OrdinalIgnoreCase)
        || Is(word, "-e") || Is(word, "-ec") || word.StartsWith("-en", StringComparison.OrdinalIgnoreCase);

    private static bool Is(string text, string name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Stem(string program)
    {
        // Both separators on every system: one configuration serves Windows and Unix.
        var name = program[(program.LastIndexOfAny(['/', '\\']) + 1)..].TrimEnd(' ', '.');
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }
}
