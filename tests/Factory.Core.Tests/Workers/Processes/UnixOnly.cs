namespace Factory.Core.Tests.Workers.Processes;

/// <summary>Base of tests that run Unix programs.</summary>
public abstract class UnixOnly
{
    protected UnixOnly() => Assert.SkipWhen(OperatingSystem.IsWindows(), "runs Unix programs");
}
