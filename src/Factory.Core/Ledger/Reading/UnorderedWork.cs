using System.Runtime.ExceptionServices;

namespace Factory.Core.Ledger.Reading;

/// <summary>Parallel work whose results can be joined in any order.</summary>
internal static class UnorderedWork
{
    /// <summary>Runs work for every item on several threads, the caller's among them; each thread has a state of its own.</summary>
    /// <returns>The states.</returns>
    public static List<TState> Run<TItem, TState>(IEnumerable<TItem> items, Func<TState> begin, Action<TState, TItem> work, int threads, CancellationToken cancellationToken)
    {
        using var source = items.GetEnumerator();
        var gate = new Lock();
        Exception? failure = null;
        var others = Enumerable.Range(1, Math.Max(0, threads - 1)).Select(_ => Task.Run(RunOne, CancellationToken.None)).ToList();
        List<TState> states = [RunOne()];
        // Tasks that never got a thread find nothing left to do.
        states.AddRange(others.Select(task => task.GetAwaiter().GetResult()));
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        return states;

        TState RunOne()
        {
            var state = begin();
            try
            {
                while (TryTake(out var item))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    work(state, item);
                }
            }
#pragma warning disable CA1031 // Kept, and thrown on the caller's thread.
            catch (Exception error)
#pragma warning restore CA1031
            {
                lock (gate) failure ??= error;
            }

            return state;
        }

        bool TryTake(out TItem item)
        {
            lock (gate)
            {
                item = default!;
                if (failure is not null || !source.MoveNext()) return false;
                item = source.Current;
                return true;
            }
        }
    }
}
