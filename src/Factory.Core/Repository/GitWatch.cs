using System.Diagnostics;
using System.Globalization;
using Factory.Core.Contracts;

namespace Factory.Core.Repository;

/// <summary>
/// Waits for calls of git, and ends one that takes long because a pipe stands where git expects a file: a worker may have made
/// it, and git would wait for ever.
/// </summary>
/// <param name="gitFolders">The folders in which git keeps the repository, absolute.</param>
/// <param name="variables">Variables that git is given besides those of this process.</param>
/// <param name="stop">Cancelled when all is to end: a call that must still be made then is looked at at once, and ended soon.</param>
internal sealed class GitWatch(IReadOnlyList<string> gitFolders, IReadOnlyDictionary<string, string>? variables, CancellationToken stop)
{
    private static readonly TimeSpan LongCall = TimeSpan.FromSeconds(2);

    // Once one is known, or all is to end, nobody needs to be patient.
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(0.5);

    // When all is to end, what a git that hangs for another reason may still take; a later one hangs for the same reason.
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(10), LaterPatience = TimeSpan.FromSeconds(5);
    private string? _known;
    private bool _hasGivenUp;

    /// <summary>Waits for a call.</summary>
    /// <param name="run">The call, which ends when its token is cancelled.</param>
    /// <param name="checkouts">Where git works and what it reads attributes from.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="FactoryException">git waits for a pipe, or still ran long after all was to end; it was ended.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> run, IReadOnlyList<string> checkouts, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, stop);
        var answer = run(ending.Token);
        try
        {
            long? stopped = stop.IsCancellationRequested ? Stopwatch.GetTimestamp() : null;
            // In a large repository the look itself takes a while.
            for (var pause = FirstPause(); await IsOverdueAsync(answer, pause, stopped is null ? hurry.Token : ending.Token).ConfigureAwait(false) && !cancellationToken.IsCancellationRequested; pause = stopped is null ? pause * 2 : ShortPause)
            {
                if (stop.IsCancellationRequested) stopped ??= Stopwatch.GetTimestamp();
                if (WhyToEnd(GitFilesThatHold.Find(gitFolders, checkouts, variables), stopped) is not { } reason) continue;
                await ending.CancelAsync().ConfigureAwait(false);
                await Task.WhenAny(answer).ConfigureAwait(false);
                throw reason;
            }

            return await answer.ConfigureAwait(false);
        }
        finally
        {
            // The pause, when it is not over, has nothing to wait for.
            await ending.CancelAsync().ConfigureAwait(false);
        }
    }

    private FactoryException? WhyToEnd(string? pipe, long? stopped)
    {
        if (pipe is not null)
        {
            _known = pipe;
            return new FactoryException(BlockerKind.Escape, $"{pipe} is no file, and git waits for what it says", "find out who made it, delete it, put the file back, and run again", pipe);
        }

        var patience = _hasGivenUp ? LaterPatience : LastPatience;
        if (stopped is not { } since || Stopwatch.GetElapsedTime(since) < patience) return null;
        _hasGivenUp = true;
        return new FactoryException(BlockerKind.Check, string.Create(CultureInfo.InvariantCulture, $"git did not end within {patience.TotalSeconds:0} seconds after the run was to end, and was ended"), "see whether a filter, a disk or a pipe holds git; what was not captured is still in the worktree");
    }

    private TimeSpan FirstPause() => stop.IsCancellationRequested || (_known is { } pipe && PipeSearch.Is(pipe)) ? ShortPause : LongCall;

    private static async Task<bool> IsOverdueAsync(Task answer, TimeSpan pause, CancellationToken cancellationToken) =>
        await Task.WhenAny(answer, Task.Delay(pause, cancellationToken)).ConfigureAwait(false) != answer;
}
