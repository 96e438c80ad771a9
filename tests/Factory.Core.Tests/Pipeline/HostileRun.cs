using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>A repository with hostile workers, and what a run that they block must look like.</summary>
public abstract class HostileRun : IDisposable
{
    protected TestRepository Repository { get; } = new();

    public void Dispose()
    {
        Repository.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static string Quoted(string path) => path.Replace("'", "'\\''", StringComparison.Ordinal);

    protected void AssertBlocked(RunResult result)
    {
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.True(File.Exists(result.Report));
        Assert.Equal("", Repository.Git("for-each-ref", $"refs/heads/codex/factory/{result.RunId}/Z_integrator"));
    }
}
