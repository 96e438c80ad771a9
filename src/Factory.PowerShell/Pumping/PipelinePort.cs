using System.Management.Automation;
using System.Threading.Channels;

namespace Factory.PowerShell.Pumping;

/// <summary>
/// Where work on the thread pool leaves what it has to say, for the pipeline thread to write. Never blocks and never
/// throws: what comes after the end is dropped.
/// </summary>
internal sealed class PipelinePort
{
    private readonly Channel<PumpItem> _items = Channel.CreateUnbounded<PumpItem>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Leaves a result.</summary>
    public void WriteObject(object value) => Write(new PumpItem.Output(value));

    /// <summary>Leaves a state of the progress bar.</summary>
    public void WriteProgress(ProgressRecord value) => Write(new PumpItem.Progress(value));

    /// <summary>Leaves a line for <c>-Verbose</c>.</summary>
    public void WriteVerbose(string value) => Write(new PumpItem.Verbose(value));

    /// <summary>Leaves a warning.</summary>
    public void WriteWarning(string value) => Write(new PumpItem.Warning(value));

    /// <summary>Leaves a problem.</summary>
    public void WriteError(ErrorRecord value) => Write(new PumpItem.Error(value));

    /// <summary>Says that nothing more comes.</summary>
    public void Complete() => _items.Writer.TryComplete();

    /// <summary>Everything in order, until <see cref="Complete"/>; waits for what is not there yet.</summary>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public IEnumerable<PumpItem> ReadAll(CancellationToken cancellationToken)
    {
        while (_items.Reader.WaitToReadAsync(cancellationToken).AsTask().GetAwaiter().GetResult())
            while (_items.Reader.TryRead(out var item)) yield return item;
    }

    private void Write(PumpItem item) => _items.Writer.TryWrite(item);
}
