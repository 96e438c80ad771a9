namespace Factory.Core.Workers.Processes;

/// <summary>A started process and everything it started, as far as the system keeps them together.</summary>
internal interface IProcessTree : IAsyncDisposable
{
    /// <summary>The process id of the main child.</summary>
    int Id { get; }

    /// <summary>Ends with the exit code of the main child.</summary>
    Task<int> Exit { get; }

    /// <summary>Stops the whole tree, politely first where the system has a polite way.</summary>
    Task StopAsync(TimeSpan grace);

    /// <summary>Kills what is alive although the main child ended; returns how many processes that were.</summary>
    int KillLeftovers();

    /// <summary>What those were called that <see cref="KillLeftovers"/> found, where the system tells.</summary>
    IReadOnlyList<string> Leftovers => [];
}
