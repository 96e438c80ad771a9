using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>
/// Finds a program the way a Windows shell does, with PATHEXT, but never in the current directory, and sees through npm's
/// batch shims. Other batch files are refused: they run only inside cmd.exe, which reads arguments by rules that no
/// quoting can satisfy. Knows no system but its two functions, so that it can be tested anywhere.
/// </summary>
/// <param name="fileExists">Whether a path names a file.</param>
/// <param name="readText">The text of a file.</param>
/// <param name="environment">The environment of the child.</param>
internal sealed class WindowsCommandSearch(Func<string, bool> fileExists, Func<string, string> readText, IReadOnlyDictionary<string, string> environment)
{
    private const string DefaultExtensions = ".COM;.EXE;.BAT;.CMD";

    /// <summary>The program, and before the caller's arguments those that a shim adds.</summary>
    internal IReadOnlyList<string> Find(string name, string workingDirectory)
    {
        var isPath = name.AsSpan().IndexOfAny('\\', '/', ':') >= 0;
        var path = isPath ? AtPath(name, WindowsPath.Resolve(name, workingDirectory)) : InPath(name, WithExtensions);
        if (path is null) throw CommandResolver.NotFoundInPath(name);
        return IsBatch(path) ? ThroughShim(name, path) : [path];
    }

    private string AtPath(string name, string path)
    {
        if (WithExtensions(path).FirstOrDefault(fileExists) is { } found) return found;
        if (!fileExists(path)) throw CommandResolver.NotFoundAt(name, path);
        throw LaunchProblem.Of(
            $"command '{name}' is at '{path}', which is not a program that Windows can start by itself",
            "name the interpreter first in the command, for example [\"pwsh\", \"-File\", \"script.ps1\"]",
            path);
    }

    private string? InPath(string name, Func<string, IEnumerable<string>> candidates) =>
        Folders().SelectMany(folder => candidates(WindowsPath.Join(folder, name))).FirstOrDefault(fileExists);

    private IEnumerable<string> WithExtensions(string path)
    {
        if (IsProgram(path) || IsBatch(path)) yield return path;
        var extensions = Variable("PATHEXT") is { Length: > 0 } given ? given : DefaultExtensions;
        foreach (var extension in extensions.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            if (IsProgram(extension) || IsBatch(extension)) yield return path + extension.ToLowerInvariant();
    }

    private static IEnumerable<string> ProgramsOnly(string path) => IsProgram(path) ? [path] : [path + ".exe", path + ".com"];

    private IReadOnlyList<string> ThroughShim(string name, string path)
    {
        if (NpmShim.Parse(ReadShim(path)) is not { } shim) throw NotAShim(name, path);
        var folder = WindowsPath.Folder(path);
        var target = WindowsPath.Resolve(shim.Target, folder);
        if (!fileExists(target))
            throw LaunchProblem.Of($"command '{name}' is a shim at '{path}' for '{target}', which does not exist", "install the package again", path);
        if (shim.Interpreter is null) return [target];
        var beside = ProgramsOnly(WindowsPath.Join(folder, shim.Interpreter)).FirstOrDefault(fileExists);
        var interpreter = beside ?? InPath(shim.Interpreter, ProgramsOnly) ?? throw CommandResolver.NotFoundInPath(shim.Interpreter);
        return [interpreter, .. shim.InterpreterArguments, target];
    }

    private string ReadShim(string path)
    {
        try
        {
            return readText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw LaunchProblem.Of($"the batch file '{path}' cannot be read: {error.Message}", "check its permissions", path, error);
        }
    }

    private IEnumerable<string> Folders()
    {
        foreach (var entry in WindowsPath.SplitSearchPath(Variable("PATH") ?? ""))
            if (WindowsPath.IsAbsolute(entry)) yield return entry;
    }

    private string? Variable(string name)
    {
        foreach (var (key, value) in environment)
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        return null;
    }

    private static bool IsProgram(string path) =>
        path.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".com", StringComparison.OrdinalIgnoreCase);

    private static bool IsBatch(string path) =>
        path.EndsWith(".cmd", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".bat", StringComparison.OrdinalIgnoreCase);

    private static FactoryException NotAShim(string name, string path) => LaunchProblem.Of(
        $"command '{name}' is the batch file '{path}', which cannot be run safely without a shell",
        "name the real program that it starts, or use [\"cmd\", \"/c\", ...] deliberately",
        path);
}
