using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>
/// Turns the first word of an argument vector into a program that the system starts without a shell. A word with a
/// separator is a path, relative to the working directory; a bare name is looked up in the PATH of the child's own
/// environment. Entries of PATH that are empty or relative are skipped, and the current directory is never searched: they
/// would look into a worktree, whose content the workers write.
/// </summary>
public static class CommandResolver
{
    /// <summary>Resolves a command for this system.</summary>
    /// <param name="command">The argument vector.</param>
    /// <param name="workingDirectory">Where the command will start; absolute.</param>
    /// <param name="environment">The environment it will get: PATH, and on Windows PATHEXT, are read from it.</param>
    /// <returns>The absolute path of a program, then its arguments; for an npm shim on Windows, the interpreter and the script first.</returns>
    /// <exception cref="FactoryException">The program was not found, or cannot be run without a shell.</exception>
    public static IReadOnlyList<string> Resolve(
        IReadOnlyList<string> command, string workingDirectory, IReadOnlyDictionary<string, string> environment)
    {
        if (command.Count == 0 || command[0].Length == 0) throw LaunchProblem.EmptyCommand();
        LaunchProblem.RequireDirectory(workingDirectory, command[0]);
        var start = OperatingSystem.IsWindows()
            ? new WindowsCommandSearch(File.Exists, File.ReadAllText, environment).Find(command[0], workingDirectory)
            : [UnixCommandSearch.Find(command[0], workingDirectory, environment)];
        return [.. start, .. command.Skip(1)];
    }

    internal static FactoryException NotFoundInPath(string name) => LaunchProblem.Of(
        $"command '{name}' was not found in any folder of PATH",
        "install it, add its folder to PATH, or give its path",
        name);

    internal static FactoryException NotFoundAt(string name, string path) => LaunchProblem.Of(
        $"command '{name}' was not found at '{path}'",
        "check the path: it is relative to the worker's worktree; a bare name would be looked up in PATH",
        path);
}
