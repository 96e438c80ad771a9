namespace Factory.Cli;

/// <summary>How this program is called in the shell that it was started from.</summary>
internal static class ProgramWords
{
    private const string Name = "factory";
    private const string Project = "Factory.Cli.csproj";

    /// <summary><c>factory</c> when it is on the PATH; else the <c>dotnet run</c> of its project, or the program's file.</summary>
    public static string Find() => IsOnPath() ? Name : OfProject() ?? OfFile();

    private static bool IsOnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? Name + ".exe" : Name)));

    // A build lies in <project>/bin/<configuration>/<framework>.
    private static string? OfProject()
    {
        var configuration = Directory.GetParent(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        if (configuration?.Parent?.Parent is not { } project || !File.Exists(Path.Combine(project.FullName, Project))) return null;
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, project.FullName).Replace('\\', '/');
        return $"dotnet run --project {Quoted(relative.StartsWith("../", StringComparison.Ordinal) ? project.FullName : relative)} -c {configuration.Name} --";
    }

    private static string OfFile() => Path.GetFileNameWithoutExtension(Environment.ProcessPath) == Name
        ? Quoted(Environment.ProcessPath!)
        : "dotnet " + Quoted(Path.Combine(AppContext.BaseDirectory, Name + ".dll"));

    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
