using System.Collections.Frozen;

namespace Factory.Core.Configuration;

/// <summary>
/// Recognises commands whose program is a shell. It looks at the program that is named (and through <c>env</c>), not at what
/// that program starts in turn.
/// </summary>
public static class ShellPrograms
{
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
        ["sh", "bash", "dash", "ash", "ksh", "zsh", "csh", "tcsh", "fish", "cmd", "powershell", "pwsh"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The shell that a command runs, as it is written there, or null.</summary>
    public static string? Find(IReadOnlyList<string> command)
    {
        var program = command.Count > 0 ? command[0] : null;
        if (program is not null && Stem(program).Equals("env", StringComparison.OrdinalIgnoreCase))
            program = command.Skip(1).FirstOrDefault(argument => !argument.StartsWith('-') && !argument.Contains('='));
        return program is not null && Names.Contains(Stem(program)) ? program : null;
    }

    private static string Stem(string program)
    {
        // Both separators on every system: one configuration serves Windows and Unix.
        var name = program[(program.LastIndexOfAny(['/', '\\']) + 1)..].TrimEnd(' ', '.');
        var dot = name.LastIndexOf('.');
        return dot > 0 ? name[..dot] : name;
    }
}
