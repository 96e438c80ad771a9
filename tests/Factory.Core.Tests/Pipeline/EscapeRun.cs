using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>A repository in which somebody works, and runs in it whose workers reach outside their worktrees.</summary>
public abstract class EscapeRun : IDisposable
{
    protected const string Innocent = "echo b > src/b.txt";

    protected TestRepository Repository { get; } = new();

    protected string Root => Repository.Root;

    public void Dispose()
    {
        Repository.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static string Quoted(string path) => path.Replace("'", "'\\''", StringComparison.Ordinal);

    // The user has uncommitted work, a second branch, a second worktree, and two commits.
    protected void Prepare()
    {
        Repository.Git("commit", "-q", "--allow-empty", "-m", "second");
        Repository.Git("branch", "other");
        Repository.Git("tag", "v1");
        Repository.Git("update-ref", "refs/remotes/origin/main", "HEAD");
        Repository.Git("worktree", "add", "-q", "--detach", Path.Combine(Repository.Home, "other tree"));
        Repository.Write("mine.txt", "mine\n");
        Repository.Write("large.txt", new string('a', 100_000));
        Directory.CreateDirectory(Path.Combine(Repository.Home, "hooks of mine"));
        Repository.Git("config", "core.hooksPath", Path.Combine(Repository.Home, "hooks of mine"));
        Repository.Git("config", "core.excludesFile", Path.Combine(Repository.Home, "ignored by me"));
        Repository.Git("config", "include.path", "../../included");
        File.AppendAllText(Path.Combine(Root, "CHANGELOG.md"), "uncommitted\n");
    }

    protected void AddSubmodule()
    {
        var origin = Path.Combine(Repository.Home, "origin");
        TestRepository.Run(Repository.Home, "git", "init", "-q", origin);
        File.WriteAllText(Path.Combine(origin, "inner.txt"), "inner\n");
        TestRepository.Run(origin, "git", "add", "-A");
        TestRepository.Run(origin, "git", "-c", "user.name=T", "-c", "user.email=t@example.invalid", "commit", "-q", "-m", "inner");
        foreach (var path in (string[])["module", "ext/objects"]) Repository.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", origin, path);
        Repository.Git("commit", "-q", "-m", "module");
    }

    protected Task<RunResult> RunAsync(int parallel, params (string Id, string Script)[] workers)
    {
        var config = Repository.Configure(workers);
        config["run"] = new JsonObject { ["max_parallel"] = parallel };
        Repository.Save(config);
        return Repository.OneshotAsync(TestContext.Current.CancellationToken);
    }
}
