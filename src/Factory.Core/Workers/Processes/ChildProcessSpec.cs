namespace Factory.Core.Workers.Processes;

/// <summary>What <see cref="ChildProcess.Start"/> starts.</summary>
/// <param name="Command">The absolute path of a program, as <see cref="CommandResolver"/> gives it, and its arguments.</param>
/// <param name="WorkingDirectory">Where it starts; absolute.</param>
/// <param name="Environment">Its complete environment: nothing is inherited.</param>
/// <param name="InputFile">The file it reads as standard input, or null for a standard input that is at its end.</param>
public sealed record ChildProcessSpec(
    IReadOnlyList<string> Command,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    string? InputFile);
