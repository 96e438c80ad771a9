using Factory.Core.Contracts;
using Factory.Core.Ledger;

namespace Factory.Core.Tests.Pipeline;

public sealed class OneshotTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Workers_with_scopes_of_their_own_end_in_one_branch_that_holds_every_edit()
    {
        _repository.Configure(
            ("A_worker", "echo more >> src/file1.txt"),
            ("B_worker", "echo new > docs/new.md; git rm -q src/file2.txt"),
            ("C_worker", "git mv src/file3.txt src/moved.txt; git commit -q -m moved; echo more >> docs/guide.md"));
        var status = _repository.Git("status", "--porcelain=v2", "--branch");
        var head = File.ReadAllText(Path.Combine(_repository.Root, ".git", "HEAD"));
        var index = File.ReadAllBytes(Path.Combine(_repository.Root, ".git", "index"));

        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);

        Assert.Equal([], result.Blockers);
        Assert.Equal((RunStatus.Pass, 0), (result.Status, result.ExitCode));
        var branch = $"codex/factory/{result.RunId}/Z_integrator";
        Assert.Equal(result.IntegratedCommit, _repository.Git("rev-parse", branch).Trim());
        Assert.Equal(
            "M\tdocs/guide.md\nA\tdocs/new.md\nM\tsrc/file1.txt\nD\tsrc/file2.txt\nR100\tsrc/file3.txt\tsrc/moved.txt\n",
            _repository.Git("diff", "--name-status", "-M", result.BaseCommit!, branch));
        Assert.Equal(status, _repository.Git("status", "--porcelain=v2", "--branch"));
        Assert.Equal(head, File.ReadAllText(Path.Combine(_repository.Root, ".git", "HEAD")));
        Assert.Equal(index, File.ReadAllBytes(Path.Combine(_repository.Root, ".git", "index")));
    }

    [Fact]
    public async Task The_events_of_a_run_form_one_tree_whose_parents_come_first()
    {
        _repository.Configure(("A_worker", "echo more >> src/file1.txt"), ("B_worker", "echo more >> src/file2.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        var runs = Path.GetDirectoryName(Path.GetFullPath(result.RunDir!, _repository.Root))!;
        var events = LedgerReader.Read(new LedgerPaths(runs).Ledger, strict: true).OrderBy(item => item.LineNumber).ToList();

        Assert.Equal("RUN_START", Assert.Single(events, item => item.ParentEventId is null).EventType);
        Assert.Equal(events.Count, events.Select(item => item.EventId).Distinct().Count());
        var earlier = new Dictionary<string, LedgerEvent>(StringComparer.Ordinal);
        foreach (var item in events)
        {
            Assert.True(item.ParentEventId is null || earlier.ContainsKey(item.ParentEventId), $"{item.EventType} has a parent that does not come before it");
            earlier[item.EventId!] = item;
        }

        foreach (var item in events.Where(item => item.EventType is "WORKER_END" or "WORKER_START" or "WORKER_BUNDLE_DISCOVERED"))
            Assert.Equal(item.Actor, earlier[item.ParentEventId!].Actor);
    }
}
