using System.Globalization;
using System.Runtime.InteropServices;
using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>Words for everything that keeps a program from starting.</summary>
internal static class LaunchProblem
{
    /// <summary>What is easily forgotten about a mode: a worker's file comes out of the base commit.</summary>
    internal const string CommitTheMode = "; a file of the repository has to be committed as executable too, because workers start from the base commit: git update-index --chmod=+x FILE";

    internal static FactoryException Of(string message, string nextAction, string? path = null, Exception? inner = null) =>
        new(BlockerKind.Worker, message, nextAction, path, inner: inner);

    /// <summary>The system refused to start the program.</summary>
    internal static FactoryException CannotStart(ChildProcessSpec spec, int systemError, string nextAction)
    {
        var reason = string.Create(CultureInfo.InvariantCulture, $"{Marshal.GetPInvokeErrorMessage(systemError)} (error {systemError})");
        return Of($"cannot start '{spec.Command[0]}' in '{spec.WorkingDirectory}': {reason}", nextAction, spec.Command[0]);
    }

    /// <summary>The standard streams could not be prepared.</summary>
    internal static FactoryException NoStreams(ChildProcessSpec spec, Exception error) => spec.InputFile is { } file
        ? Of($"cannot start '{spec.Command[0]}' in '{spec.WorkingDirectory}': its prompt file cannot be opened: {error.Message}", "check that the prompt file exists and can be read", file, error)
        : Of($"cannot start '{spec.Command[0]}' in '{spec.WorkingDirectory}': no pipes for its output: {error.Message}", "raise the limit of open files (ulimit -n), or run fewer workers at once", null, error);

    /// <summary>Refuses what no system can start, before anything is opened.</summary>
    internal static void RequireSound(ChildProcessSpec spec)
    {
        if (spec.Command.Count == 0) throw EmptyCommand();
        if (!Path.IsPathFullyQualified(spec.Command[0])) throw new ArgumentException("the program's path is not absolute", nameof(spec));
        RequireDirectory(spec.WorkingDirectory, spec.Command[0]);
        if (spec.Command.Any(HasNull) || spec.Environment.Any(pair => HasNull(pair.Key) || HasNull(pair.Value)))
            throw Of($"the command or environment of '{spec.Command[0]}' holds a NUL character, which no program can receive", "remove the NUL character", spec.Command[0]);
    }

    internal static void RequireDirectory(string directory, string program)
    {
        if (!Directory.Exists(directory))
            throw Of($"cannot start '{program}': its working directory '{directory}' does not exist", "check that the worktree was created and that nothing removed it", directory);
    }

    internal static FactoryException EmptyCommand() => Of("the command is empty", "give the command at least the name of a program");

    private static bool HasNull(string text) => text.Contains('\0', StringComparison.Ordinal);
}
