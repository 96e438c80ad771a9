using System.Management.Automation;
using Factory.Core.Contracts;
using Factory.PowerShell.Errors;
using Factory.PowerShell.Pumping;

namespace Factory.PowerShell;

/// <summary>
/// What the cmdlets share: work runs on the thread pool and only the pipeline thread writes. Ctrl+C, a
/// downstream <c>Select-Object -First</c> and the end of the pipeline all cancel the work and wait for it.
/// </summary>
public abstract class FactoryCmdlet : PSCmdlet, IDisposable
{
    // Stopping a worker takes three signals, each with its own grace; beyond that the disk or git hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Cancelled when the pipeline stops, however it stops.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    protected override void StopProcessing() => Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Cancels what still runs, waits for it within bounds, and frees what the cmdlet holds.</summary>
    protected virtual void Dispose(bool isDisposing)
    {
        if (!isDisposing || _isDisposed) return;
        Cancel();
        _isDisposed = true;
        // A source that work still listens to is left to the collector.
        if (_work.IsCompleted) _stop.Dispose();
    }

    /// <summary>
    /// Runs work away from the pipeline thread and writes what it leaves in the port, until it has ended. What the disk refuses
    /// is an error of this one input; the cmdlet goes on with the next.
    /// </summary>
    /// <param name="target">The input that the work is about, for the error.</param>
    /// <param name="work">The work.</param>
    private protected void Pump(string target, Func<PipelinePort, CancellationToken, Task> work)
    {
        var port = new PipelinePort();
        var token = StopToken;
        _work = Task.Run(
            async () =>
            {
                try
                {
                    await work(port, token).ConfigureAwait(false);
                }
                finally
                {
                    port.Complete();
                }
            },
            CancellationToken.None);
        var isWritten = false;
        try
        {
            foreach (var item in port.ReadAll(token)) Write(item);
            isWritten = true;
            _work.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception error) when (isWritten && error is (IOException or UnauthorizedAccessException))
        {
            WriteError(ErrorCatalog.DiskFailed(error, target));
        }
        finally
        {
            // Only when the pipeline took no more. Work that failed has ended, and the token serves the next input too.
            if (!isWritten) Cancel();
            ((IAsyncResult)_work).AsyncWaitHandle.WaitOne(Patience);
        }
    }

    /// <summary>The file system paths that the caller's parameters mean; a bad one is written as an error and left out.</summary>
    private protected ProviderPaths Paths => new(this);

    private void Write(PumpItem item)
    {
        switch (item)
        {
            case PumpItem.Output output: WriteObject(output.Value); break;
            case PumpItem.Progress progress: WriteProgress(progress.Value); break;
            case PumpItem.Verbose verbose: WriteVerbose(VisibleText.InLog(verbose.Value)); break;
            case PumpItem.Warning warning: WriteWarning(VisibleText.InLog(warning.Value)); break;
            case PumpItem.Error error: WriteError(error.Value); break;
        }
    }

    // Not Cancel: whoever listens must neither hold up nor fail the thread that stops the pipeline.
    private void Cancel() => _ = _isDisposed ? Task.CompletedTask : _stop.CancelAsync();
}
