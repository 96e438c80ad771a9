namespace Factory.Core.Tests.Ledger.Faults;

/// <summary>A thread that does one thing while it is traced, and nothing else.</summary>
internal sealed class TracedThread : IDisposable
{
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _ready = new(), _go = new(), _done = new(), _end = new();
    private int _id;

    public TracedThread(Action work)
    {
        _thread = new Thread(() =>
        {
            _id = LedgerHost.ThreadId();
            _ready.Set();
            _go.Wait();
            try
            {
                work();
            }
            catch (Exception error)
            {
                Failure = error;
            }

            _done.Set();
            _end.Wait();
        });
        _thread.Start();
        _ready.Wait();
    }

    /// <summary>What the work ended with, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Does the work.</summary>
    /// <param name="injection">What strace is to inject, or null.</param>
    public List<TracedCall> Run(string? injection)
    {
        using var tracer = CallTracer.Attach(_id, injection);
        _go.Set();
        _done.Wait();
        return tracer.Detach();
    }

    public void Dispose()
    {
        _go.Set();
        _end.Set();
        _thread.Join();
        foreach (var item in (ManualResetEventSlim[])[_ready, _go, _done, _end]) item.Dispose();
    }
}
