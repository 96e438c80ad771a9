using System.Text;

namespace Factory.Benchmarks;

/// <summary>A repository made for one benchmark, deleted after it.</summary>
internal sealed class BenchmarkRepository : IDisposable
{
    /// <param name="files">How many files it has.</param>
    /// <param name="workers">How many workers are configured.</param>
    /// <param name="edits">Whether each worker adds a file; else it does nothing.</param>
    /// <param name="isUsed">Whether somebody works in the checkout: a changed file, an untracked one, and a folder of ignored ones; else it is as it was cloned.</param>
    public BenchmarkRepository(int files, int workers, bool edits = false, bool isUsed = false)
    {
        Root = Path.Combine(Path.GetTempPath(), "factory-bench-" + Guid.NewGuid().ToString("N")[..8]);
        Directory.CreateDirectory(Root);
        GitProgram.Run(Root, "init", "-q", "-b", "main");
        GitProgram.Run(Root, "config", "user.name", "Bench");
        GitProgram.Run(Root, "config", "user.email", "bench@example.invalid");
        for (var i = 0; i < files; i++) Write($"src/part{i % 40}/file{i}.txt", string.Concat(Enumerable.Range(0, 60).Select(n => $"file {i} line {n}\n")));
        Workers = [.. Enumerable.Range(0, workers).Select(n => $"{(char)('A' + n)}_worker")];
        if (edits)
            foreach (var worker in Workers) Write($"patches/{worker}.patch", Patch(worker));
        Write("factory.config.json", Config(edits));
        if (isUsed) Write(".gitignore", "build/\n");
        GitProgram.Run(Root, "add", "-A");
        GitProgram.Run(Root, "commit", "-q", "-m", "base");
        // As git itself does it now and then: thousands of loose objects become a pack, a thousand stay.
        GitProgram.Run(Root, "gc", "-q", "--auto");
        if (isUsed)
        {
            for (var i = 0; i < files; i++) Write($"build/out{i % 40}/file{i}.o", "made\n");
            Write("notes.txt", "mine\n");
            Write("src/part0/file0.txt", "changed\n");
        }

        Settle(Root);
        File.AppendAllText(Path.Combine(Root, ".git", "info", "exclude"), "/tools/codex/runs/\n/tools/codex/worktrees/\n");
    }

    public string Root { get; }

    public IReadOnlyList<string> Workers { get; }

    public string Worktree(string worker) => Path.Combine(Root, "tools", "codex", "worktrees", worker);

    /// <summary>Back to a repository in which nothing ran yet.</summary>
    public void Reset()
    {
        foreach (var worker in Workers)
        {
            if (Directory.Exists(Worktree(worker))) Directory.Delete(Worktree(worker), recursive: true);
        }

        GitProgram.Run(Root, "worktree", "prune");
        foreach (var branch in GitProgram.Run(Root, "for-each-ref", "--format=%(refname)", "refs/heads/codex", "refs/heads/bare").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            GitProgram.Run(Root, "update-ref", "-d", branch);
        if (Directory.Exists(Path.Combine(Root, "tools"))) Directory.Delete(Path.Combine(Root, "tools"), recursive: true);
    }

    /// <summary>Has git look at every worktree when its files are older than its index, as they are in all runs but the first ones.</summary>
    public void SettleWorktrees() => Settle([.. Workers.Select(Worktree)]);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    // An index as old as its files has git read them all again, at every look, until git may renew it a second later.
    private static void Settle(params string[] folders)
    {
        Thread.Sleep(1100);
        foreach (var folder in folders) GitProgram.Run(folder, "status");
    }

    private void Write(string path, string text)
    {
        var file = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    private static string Patch(string worker) =>
        $"diff --git a/src/{worker}.txt b/src/{worker}.txt\nnew file mode 100644\n--- /dev/null\n+++ b/src/{worker}.txt\n@@ -0,0 +1,200 @@\n{string.Concat(Enumerable.Range(0, 200).Select(n => $"+{worker} writes line {n} of what it has to say\n"))}";

    private string Config(bool edits)
    {
        var text = new StringBuilder("{\"schema_version\":2,\"contract_version\":2,\"workers\":{\"definitions\":[");
        text.AppendJoin(',', Workers.Select(worker => $"{{\"id\":\"{worker}\",\"command\":[{(edits ? $"\"git\",\"apply\",\"{{repo}}/patches/{worker}.patch\"" : "\"git\",\"--version\"")}]}}"));
        return text.Append("]}}\n").ToString();
    }
}
