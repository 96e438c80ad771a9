using System.Runtime.Versioning;
using Factory.Core.Contracts;

namespace Factory.Core.Workers.Processes;

/// <summary>Finds an executable file the way execvp does, but never in the current directory.</summary>
[UnsupportedOSPlatform("windows")]
internal static class UnixCommandSearch
{
    internal static string Find(string name, string workingDirectory, IReadOnlyDictionary<string, string> environment) =>
        name.Contains('/', StringComparison.Ordinal)
            ? AtPath(name, Path.GetFullPath(name, workingDirectory))
            : InPath(name, environment.GetValueOrDefault("PATH") ?? "");

    private static string AtPath(string name, string path)
    {
        if (!File.Exists(path)) throw CommandResolver.NotFoundAt(name, path);
        return Posix.CanExecute(path) ? path : throw NotExecutable(name, path);
    }

    private static string InPath(string name, string searchPath)
    {
        string? unusable = null;
        foreach (var folder in searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Path.IsPathRooted(folder)) continue;
            var path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            if (Posix.CanExecute(path)) return path;
            unusable ??= path;
        }

        throw unusable is null ? CommandResolver.NotFoundInPath(name) : NotExecutable(name, unusable);
    }

    private static FactoryException NotExecutable(string name, string path) => LaunchProblem.Of(
        $"command '{name}' is at '{path}' but may not be executed",
        "make the file executable (chmod +x), or name its interpreter first in the command" + LaunchProblem.CommitTheMode,
        path);
}
