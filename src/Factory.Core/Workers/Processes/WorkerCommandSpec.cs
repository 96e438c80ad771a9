namespace Factory.Core.Workers.Processes;

/// <summary>What <see cref="WorkerCommand.RunAsync"/> runs, where and within which limits.</summary>
/// <param name="Name">What the logs are called: <c>NAME.stdout.log</c> and <c>NAME.stderr.log</c>. A file name, not a path.</param>
/// <param name="Command">The argument vector; its first word is resolved by <see cref="CommandResolver"/>.</param>
/// <param name="WorkingDirectory">Where it starts; absolute.</param>
/// <param name="LogDirectory">Where the logs go; created when missing.</param>
public sealed record WorkerCommandSpec(string Name, IReadOnlyList<string> Command, string WorkingDirectory, string LogDirectory)
{
    /// <summary>How long a program has after each signal, unless told otherwise.</summary>
    public static TimeSpan DefaultGrace { get; } = TimeSpan.FromSeconds(5);

    /// <summary>Variables set over this process's environment; a null value removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The prompt, given as standard input; null gives a standard input that is at its end.</summary>
    public string? InputFile { get; init; }

    /// <summary>How long it may run; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for no limit.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>How long each polite signal is given before the next, when it has to be stopped.</summary>
    public TimeSpan Grace { get; init; } = DefaultGrace;

    /// <summary>How many bytes of each stream are kept.</summary>
    public long LogCapBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Creates a log, given its file name; null creates it by its path in <see cref="LogDirectory"/>.</summary>
    /// <remarks>An <see cref="IOException"/> is told as the log's error; nothing else may be thrown.</remarks>
    public Func<string, Stream>? CreateLog { get; init; }

    /// <summary>A variable set for the command by which stray processes of it, and of nothing else, are found; null for no search.</summary>
    public EnvironmentMarker? Marker { get; init; }
}

/// <summary>A variable whose value no other command has.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Value">The value, different for every command that runs at the same time.</param>
public sealed record EnvironmentMarker(string Name, string Value);
