using System.Reflection;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Cli;

/// <summary>The sample repository, which is embedded in this program, made anew in a temporary folder.</summary>
internal static class DemoRepository
{
    private const string Prefix = "demo/";

    /// <summary>The configuration of the run that two workers spoil.</summary>
    public const string BlockedConfig = "factory.blocked.json";

    /// <summary>Makes the repository with one commit.</summary>
    /// <returns>Its folder, absolute.</returns>
    /// <exception cref="FactoryException">git is missing or failed.</exception>
    public static async Task<string> CreateAsync(CancellationToken cancellationToken)
    {
        var git = new Git();
        await GitVersion.RequireAsync(git, cancellationToken).ConfigureAwait(false);
        var folder = Directory.CreateTempSubdirectory("factory-demo-").FullName;
        Unpack(folder);
        await RunAsync(git, folder, cancellationToken, "init", "--quiet", "--template=", "--initial-branch=main").ConfigureAwait(false);
        await RunAsync(git, folder, cancellationToken, "add", "--all").ConfigureAwait(false);
        await RunAsync(git, folder, cancellationToken, "commit", "--quiet", "--message=Lantern, the order service of a small shop").ConfigureAwait(false);
        return folder;
    }

    /// <summary>Makes a signing key in the repository's own git folder, so that the demo leaves nothing in the user's.</summary>
    public static KeyFileResult CreateKey(string folder) => KeyFile.Create(Path.Combine(folder, ".git", "demo.key.pem"), passphrase: null, force: false);

    private static void Unpack(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            // The build names resources with its own system's separator.
            var file = Path.Combine(folder, name[Prefix.Length..].Replace('\\', '/'));
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using var content = assembly.GetManifestResourceStream(name)!;
            using var target = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            content.CopyTo(target);
        }
    }

    private static async Task RunAsync(Git git, string folder, CancellationToken cancellationToken, params IReadOnlyList<string> arguments)
    {
        var call = new GitCall(arguments) { WorkingDirectory = folder, Environment = Identity };
        var answer = await git.RunAsync(call, cancellationToken).ConfigureAwait(false);
        if (answer.ExitCode != 0) throw GitRepository.Failed(call, answer.ExitCode, answer.Error);
    }

    // Fixed, so that the demo has the same base commit everywhere.
    private static Dictionary<string, string> Identity { get; } = new()
    {
        ["GIT_AUTHOR_NAME"] = "Lantern",
        ["GIT_AUTHOR_EMAIL"] = "lantern@example.invalid",
        ["GIT_AUTHOR_DATE"] = "2026-01-01T00:00:00Z",
        ["GIT_COMMITTER_NAME"] = "Lantern",
        ["GIT_COMMITTER_EMAIL"] = "lantern@example.invalid",
        ["GIT_COMMITTER_DATE"] = "2026-01-01T00:00:00Z",
    };
}
