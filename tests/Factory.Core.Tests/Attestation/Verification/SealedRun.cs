using Factory.Core.Attestation.Verification;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Attestation.Verification;

/// <summary>One sealed run, made once, and throw-away copies of its folder.</summary>
public sealed class SealedRun : IAsyncLifetime
{
    public AttestedRun Run { get; private set; } = null!;

    public IReadOnlyList<string> Files { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        Run = await AttestedRun.MakeAsync(AttestedRun.GitHub);
        await Run.SealAsync();
        Files = [.. Directory.GetFiles(Run.Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Run.Folder, file).Replace('\\', '/')).Where(name => !name.StartsWith("locks/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    public string Copy()
    {
        var target = Path.Combine(Run.Repository.Home, "copies", Guid.NewGuid().ToString("N"));
        foreach (var name in Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(target, name))!);
            File.Copy(Path.Combine(Run.Folder, name), Path.Combine(target, name));
        }

        return target;
    }

    public RunVerificationRequest Request(string folder) => new() { RunFolder = folder, Key = Run.Key.Public, Repository = Run.Repository.Root };

    public Task<RunVerification> VerifyAsync(string folder, Func<RunVerificationRequest, RunVerificationRequest>? change = null) =>
        RunVerifier.VerifyAsync((change ?? (request => request))(Request(folder)), TestContext.Current.CancellationToken);

    /// <summary>Verifies a copy that was changed.</summary>
    public async Task<RunVerification> AfterAsync(Action<string> change)
    {
        var copy = Copy();
        change(copy);
        try
        {
            // A verdict in any case: whoever waits on a pipe waits for ever.
            return await Task.Run(() => VerifyAsync(copy)).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        }
        finally
        {
            Core.Workers.FolderRemoval.Delete(copy);
        }
    }

    /// <summary>Verifies a copy in which one file was changed, and puts the file back for the next time.</summary>
    public async Task<RunVerification> AfterAsync(string copy, string name, Action<string> change)
    {
        var file = Path.Combine(copy, name);
        change(file);
        var result = await Task.Run(() => VerifyAsync(copy)).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        File.Delete(file);
        File.Copy(Run.At(name), file);
        return result;
    }

    public ValueTask DisposeAsync()
    {
        Run.Dispose();
        return ValueTask.CompletedTask;
    }
}
