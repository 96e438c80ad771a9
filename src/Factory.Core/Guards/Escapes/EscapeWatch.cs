using System.Diagnostics;
using Factory.Core.Contracts;
using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Guards.Escapes.GitFolder;

namespace Factory.Core.Guards.Escapes;

/// <summary>A change and who may have made it.</summary>
/// <param name="Escape">The change.</param>
/// <param name="Suspects">The workers that ran while it was made.</param>
public sealed record EscapeFinding(Escape Escape, IReadOnlyList<string> Suspects);

/// <summary>
/// Takes fingerprints before the first worker, between workers and after the last one, and says which workers ran between the
/// two that differ. With one worker at a time that is the one.
/// </summary>
/// <param name="ground">What may not be changed.</param>
/// <param name="workers">How many workers will come.</param>
/// <param name="oneAtATime">Whether no two of them ever run at the same time.</param>
public sealed class EscapeWatch(EscapeGround ground, int workers, bool oneAtATime) : IAsyncDisposable
{
    // Between workers that run side by side a fingerprint only narrows the circle, so it may take a twentieth of the time.
    private const int Share = 20;
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);
    private readonly CheckoutStatus _checkout = new(ground.Repository, [ground.RunsDirectory, ground.WorktreesDirectory]);
    private readonly SettingsFiles _settings = new(ground.Repository);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<string> _running = [];
    private readonly List<EscapeFinding> _findings = [];
    private HashSet<string> _window = [];
    private Task? _first;
    private Task? _last;
    private Fingerprint? _before;
    private int _left = workers;
    private TimeSpan _cost;
    private long _taken;

    /// <summary>The files of the checkout that were not as in the index, or untracked, when the first fingerprint was taken.</summary>
    public IReadOnlyList<string> Uncommitted { get; private set; } = [];

    /// <summary>Begins with the first fingerprint; no worker may start before it is taken.</summary>
    public Task BeginAsync() => _first ??= Task.Run(async () =>
    {
        _taken = Stopwatch.GetTimestamp();
        _before = await new FingerprintReader(ground, _checkout, _settings).ReadAsync(CancellationToken.None).ConfigureAwait(false);
        Uncommitted = [.. _before.Items.Keys.Where(key => key.Area == EscapeArea.Checkout).Select(key => key.Name)];
        ground.KnowEarlier(_before.Items.Keys.Where(key => key.Area == EscapeArea.Ref).Select(key => key.Name));
        _cost = Stopwatch.GetElapsedTime(_taken);
    });

    /// <summary>A worker starts.</summary>
    public async Task StartAsync(string worker)
    {
        await BeginAsync().ConfigureAwait(false);
        lock (_gate)
        {
            _running.Add(worker);
            _window.Add(worker);
        }
    }

    /// <summary>A worker has ended, with every process of it, and its work is captured; or it never started.</summary>
    /// <returns>Whether nobody else ran meanwhile, and then what it changed.</returns>
    public async Task<(bool WasAlone, IReadOnlyList<EscapeFinding> Found)> EndAsync(string worker)
    {
        bool isAlone, isLast, isDue;
        lock (_gate)
        {
            isLast = --_left == 0;
            isDue = Stopwatch.GetElapsedTime(_taken) > Max(LeastPause, _cost * Share);
            // Of short workers that could run side by side each one may be alone by chance, and is not worth a fingerprint.
            isAlone = _running.Remove(worker) && _window.Count == 1 && (oneAtATime || isDue || isLast);
        }

        if (_before is null) return (false, []);
        if (isAlone) return (true, await CheckAsync().ConfigureAwait(false));
        // The last fingerprint is taken while the last worker's evidence is written.
        if (isLast) _last = Task.Run(CheckAndKeepAsync);
        else if (isDue && _turn.CurrentCount > 0) await CheckAndKeepAsync().ConfigureAwait(false);
        return (false, []);
    }

    /// <summary>Everything that was found with more than one suspect; to be asked when all workers have ended.</summary>
    public async Task<IReadOnlyList<EscapeFinding>> CompleteAsync()
    {
        if (_last is not null) await _last.ConfigureAwait(false);
        return _findings;
    }

    /// <summary>Waits for what is still looking, whether anybody asked for it or not.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(_first ?? Task.CompletedTask).ConfigureAwait(false);
        await Task.WhenAny(_last ?? Task.CompletedTask).ConfigureAwait(false);
        _turn.Dispose();
    }

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private async Task CheckAndKeepAsync()
    {
        var found = await CheckAsync().ConfigureAwait(false);
        lock (_gate) _findings.AddRange(found);
    }

    private async Task<IReadOnlyList<EscapeFinding>> CheckAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            List<string> suspects;
            lock (_gate)
            {
                suspects = [.. _window.Order(StringComparer.Ordinal)];
                // Who still runs may act while the fingerprint is taken, before or after it: such a worker is in both windows.
                _window = [.. _running];
            }

            _taken = Stopwatch.GetTimestamp();
            var (now, escapes) = await CompareAsync().ConfigureAwait(false);
            _cost = Stopwatch.GetElapsedTime(_taken);
            _before = now;
            return [.. escapes.Select(escape => new EscapeFinding(escape, suspects))];
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<(Fingerprint Now, IReadOnlyList<Escape> Escapes)> CompareAsync()
    {
        try
        {
            var now = await new FingerprintReader(ground, _checkout, _settings).ReadAsync(CancellationToken.None).ConfigureAwait(false);
            return (now, await new FingerprintComparison(ground, _before!, now).CompareAsync(CancellationToken.None).ConfigureAwait(false));
        }
        catch (Exception error) when (error is FactoryException or IOException or UnauthorizedAccessException)
        {
            // It could be read before the workers ran.
            return (_before!, [new Escape(EscapeArea.Shared, Escape.Unreadable, $"cannot be read any more ({error.Message})", "")]);
        }
    }
}
