namespace Factory.Core.Ledger.Reading;

/// <summary>Parallel work whose results come in the order of its items.</summary>
internal static class OrderedWork
{
    private const int AheadPerThread = 2;

    /// <summary>
    /// Runs work for every item, a few ahead of the caller. The first item is done before anything else is begun, so that
    /// who needs only that pays for no more. Disposing of the enumerator ends the work before it returns.
    /// </summary>
    public static IEnumerable<TResult> Run<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, TResult> work, int threads, CancellationToken cancellationToken)
    {
        using var source = items.GetEnumerator();
        if (!source.MoveNext()) yield break;
        cancellationToken.ThrowIfCancellationRequested();
        yield return work(source.Current);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = stop.Token;
        var running = new Queue<Task<TResult>>();
        try
        {
            for (var hasMore = true; ;)
            {
                while (hasMore && running.Count < threads * AheadPerThread && (hasMore = source.MoveNext()))
                {
                    var item = source.Current;
                    running.Enqueue(Task.Run(
                        () =>
                        {
                            token.ThrowIfCancellationRequested();
                            return work(item);
                        },
                        CancellationToken.None));
                }

                if (running.Count == 0) yield break;
                var result = running.Peek().GetAwaiter().GetResult();
                running.Dequeue();
                cancellationToken.ThrowIfCancellationRequested();
                yield return result;
            }
        }
        finally
        {
            stop.Cancel();
            foreach (var task in running) ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        }
    }
}
