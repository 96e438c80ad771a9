using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What lies in the git folder that all worktrees share, and may not be changed whatever is configured.</summary>
public sealed class SharedFolderEscapeTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Folders_among_the_hooks_and_in_info_keep_no_run_from_starting()
    {
        foreach (var name in (string[])["hooks/pre-commit.d", "info/x"]) Directory.CreateDirectory(Path.Combine(_repository.Root, ".git", name));
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([], result.Blockers);
    }

    [Fact]
    public async Task Hooks_and_included_settings_that_lie_in_the_git_folder_block_also_where_others_warn()
    {
        TestRepository.RequireUnix();
        var hooks = Directory.CreateDirectory(Path.Combine(_repository.Root, ".git", "hooks of mine")).FullName;
        File.WriteAllText(Path.Combine(hooks, "pre-commit"), "#!/bin/sh\n");
        File.WriteAllText(Path.Combine(_repository.Root, ".git", "extra"), "[core]\n\tpager = less\n");
        _repository.Git("config", "core.hooksPath", ".git/hooks of mine");
        _repository.Git("config", "include.path", "extra");
        var config = _repository.Configure(("A_worker", "echo a > src/a.txt; G=$(git rev-parse --git-common-dir); echo evil >> \"$G/hooks of mine/pre-commit\"; git config -f \"$G/extra\" core.pager evil"));
        config["security"] = new JsonObject { ["escape_check"] = "warn" };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["extra", "hooks of mine/pre-commit"], result.Blockers.Where(blocker => blocker.Kind == BlockerKind.Escape).Select(blocker => blocker.Path).Order(StringComparer.Ordinal));
        Assert.Equal(RunStatus.Blocked, result.Status);
    }

    [Fact]
    public async Task Branches_of_an_earlier_run_stay_nobody_s_to_change_when_its_folder_is_gone_and_a_worker_makes_it_anew()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt"));
        var earlier = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Core.Workers.FolderRemoval.Delete(earlier.RunDir!);
        // In the same second the next run would take the id that is free again.
        await Task.Delay(TimeSpan.FromSeconds(1.1), TestContext.Current.CancellationToken);
        var prefix = $"refs/heads/codex/factory/{earlier.RunId}/";
        _repository.Configure(("A_worker", $"echo b > src/b.txt; mkdir '{earlier.RunDir!.Replace("'", "'\\''", StringComparison.Ordinal)}'; git update-ref {prefix}Z_integrator HEAD; git update-ref -d {prefix}A_worker"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal([prefix + "A_worker", prefix + "Z_integrator"], result.Blockers.Where(blocker => blocker.Kind == BlockerKind.Escape).Select(blocker => blocker.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_ref_of_the_run_that_stands_twice_in_packed_refs_blocks_and_ends_with_a_report()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "echo a > src/a.txt; P=$(git rev-parse --git-common-dir)/packed-refs; for i in 1 2; do echo \"$(git rev-parse HEAD) refs/heads/codex/factory/$FACTORY_RUN_ID/C\" >> \"$P\"; done"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        Assert.Contains(result.Blockers, blocker => blocker.Kind == BlockerKind.Escape && blocker.Path!.EndsWith("/C", StringComparison.Ordinal));
    }
}
