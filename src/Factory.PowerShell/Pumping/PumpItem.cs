using System.Management.Automation;

namespace Factory.PowerShell.Pumping;

/// <summary>One thing for the pipeline thread to write; exactly one case each.</summary>
internal abstract record PumpItem
{
    private PumpItem()
    {
    }

    /// <summary>A result.</summary>
    public sealed record Output(object Value) : PumpItem;

    /// <summary>A state of the progress bar.</summary>
    public sealed record Progress(ProgressRecord Value) : PumpItem;

    /// <summary>A line for <c>-Verbose</c>.</summary>
    public sealed record Verbose(string Value) : PumpItem;

    /// <summary>A warning.</summary>
    public sealed record Warning(string Value) : PumpItem;

    /// <summary>A problem that does not end the pipeline.</summary>
    public sealed record Error(ErrorRecord Value) : PumpItem;
}
