using System.Buffers;
using System.Text.RegularExpressions;

namespace Factory.Core.Workers.Processes;

/// <summary>
/// What a batch file written by npm's cmd-shim (or pnpm's and yarn's copies of it) starts: a script with its interpreter,
/// or a program; and what <c>npm.cmd</c> and <c>npx.cmd</c>, which npm brings along, start. Nothing else is recognised.
/// </summary>
/// <param name="Interpreter">A bare name, such as <c>node</c>, or null when the target is a program.</param>
/// <param name="InterpreterArguments">What the script's first line hands to the interpreter.</param>
/// <param name="Target">The script or program, relative to the shim's folder.</param>
internal sealed partial record NpmShim(string? Interpreter, IReadOnlyList<string> InterpreterArguments, string Target)
{
    // NODE_PATH is what pnpm adds; it only matters to packages that rely on hoisting.
    private static readonly string[] KnownVariables = ["dp0", "_prog", "PATHEXT", "NODE_PATH"];

    private static readonly SearchValues<char> SpecialToCmd = SearchValues.Create("\"%&|<>^");

    /// <summary>Reads a shim; null when the text is another batch file.</summary>
    internal static NpmShim? Parse(string text)
    {
        if (text.StartsWith(":: Created by npm", StringComparison.Ordinal)) return ReadNpmItself(text);
        if (Assignment().Matches(text).Any(match => !KnownVariables.Contains(match.Groups["name"].Value, StringComparer.OrdinalIgnoreCase)))
            return null;
        var starts = Start().Matches(text).Select(match => Read(match, text)).ToArray();
        // The older form starts the same script from two branches: with the interpreter beside it, and with one in PATH.
        if (starts.Length is < 1 or > 2 || starts.Contains(null)) return null;
        var last = starts[^1]!;
        return starts[0]!.Target == last.Target ? last : null;
    }

    /// <summary>The npm beside node; the batch file would prefer one that was updated with <c>npm install -g npm</c>.</summary>
    private static NpmShim? ReadNpmItself(string text)
    {
        var start = NpmStart().Match(text);
        if (!start.Success) return null;
        var script = NpmScript().Matches(text).FirstOrDefault(match => match.Groups["name"].Value == start.Groups["name"].Value);
        return script is null ? null : new NpmShim("node", [], script.Groups["target"].Value.TrimStart('\\'));
    }

    private static NpmShim? Read(Match match, string text)
    {
        var target = match.Groups["target"].Value.TrimStart('\\');
        var program = match.Groups["program"].Value.Trim('"');
        if (program.Length == 0) return target.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? new(null, [], target) : null;
        if (program == "%_prog%") program = InterpreterVariable().Match(text).Groups["name"].Value;
        // In the branch for an interpreter beside the shim, the search looks there first anyway.
        program = Here().Replace(program, "").TrimStart('\\');
        if (program.Length == 0 || program.AsSpan().IndexOfAny(@"\/:%") >= 0) return null;
        if (program.EndsWith(".exe", StringComparison.OrdinalIgnoreCase)) program = program[..^".exe".Length];
        var arguments = match.Groups["arguments"].Value;
        if (arguments.AsSpan().ContainsAny(SpecialToCmd)) return null;
        return new(program, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), target);
    }

    /// <summary>[program] [arguments] "%dp0%\target" %*</summary>
    [GeneratedRegex("""^[ \t@]*(?:endLocal & goto #_undefined_# 2>NUL \|\| title %COMSPEC% & )?(?:(?<program>"[^"\r\n]+"|[^\s"@]+)[ \t]+(?<arguments>[^"\r\n]*))?"(?:%~dp0|%dp0%)(?<target>\\[^"%\r\n]+)"[ \t]+%\*[ \t]*\r?$""", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Start();

    [GeneratedRegex("""\bSET[ \t]+"?(?<name>[^=\s"]+)=""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex("""SET[ \t]+"?_prog=(?<name>[^"%\r\n]+)"?[ \t]*\r?$""", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InterpreterVariable();

    [GeneratedRegex("""^"%NODE_EXE%" "%(?<name>NP[MX]_CLI_JS)%" %\*[ \t]*\r?$""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex NpmStart();

    [GeneratedRegex("""^[ \t]*SET "(?<name>NP[MX]_CLI_JS)=%~dp0(?<target>\\[^"%\r\n]+)"[ \t]*\r?$""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex NpmScript();

    [GeneratedRegex("^(?:%~dp0|%dp0%)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Here();
}
