using Factory.Core.Contracts;
using Factory.Core.Guards;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Guards;

/// <summary>Files that git obeys, links and twins, as workers of a real run make them.</summary>
public sealed class GitFileTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(".gitmodules", ".gitmodules")]
    [InlineData("a/.GitModules", ".gitmodules")]
    [InlineData("GITMOD~1", ".gitmodules")]
    [InlineData("gi7eba~1", ".gitmodules")]
    [InlineData("gi7d29~2", ".gitattributes")]
    [InlineData(".gitattribute\u017F", ".gitattributes")]
    [InlineData("x/GITIGN~4", ".gitignore")]
    [InlineData(".mailmap", ".mailmap")]
    [InlineData(".gitkeep", null)]
    [InlineData("gitmodules", null)]
    [InlineData("gitmod~x", null)]
    public void Git_s_own_files_are_known_in_every_spelling(string path, string? name) => Assert.Equal(name, GitFiles.Of(path));

    [Theory]
    [InlineData("submodule.x.url\nhttps://example.invalid/x.git", null)]
    [InlineData("submodule.x.url\n../sibling.git", null)]
    [InlineData("submodule.x.url\ngit@host:x/y.git", null)]
    [InlineData("submodule.x.path\nlib/x", null)]
    [InlineData("submodule.x.update\nrebase", null)]
    [InlineData("submodule.x.branch\nmain", null)]
    [InlineData("core.pager\nless", null)]
    [InlineData("submodule.x.url\n-u./payload", "submodule_url")]
    [InlineData("submodule.x.url\next::sh -c touch% /tmp/x", "submodule_url")]
    [InlineData("submodule.x.url\nfile:///etc", "submodule_url")]
    [InlineData("submodule.x.url\n/etc", "submodule_url")]
    [InlineData("submodule.x.url\nC:\\x", "submodule_url")]
    [InlineData("submodule.x.url\nhttps://x/%0a", "submodule_url")]
    [InlineData("submodule.x.url\nssh://-oProxyCommand=x/y", "submodule_url")]
    [InlineData("submodule.x.url\n", "submodule_url")]
    [InlineData("submodule.x.path\n-x", "submodule_path")]
    [InlineData("submodule.x.path\n../x", "submodule_path")]
    [InlineData("submodule.x.path\n.git/hooks", "submodule_path")]
    [InlineData("submodule.x.update\n!touch x", "submodule_update")]
    [InlineData("submodule.../x.url\nhttps://x/y", "submodule_name")]
    [InlineData("submodule.a/../b.path\nx", "submodule_name")]
    [InlineData("submodule.a\\..\\b.path\nx", "submodule_name")]
    public void A_submodule_that_runs_something_or_leads_elsewhere_is_refused(string field, string? rule)
    {
        var reason = Submodules.Explain(field);
        if (rule is null) Assert.Null(reason);
        else Assert.Contains($"(rule {rule})", reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ln -s /etc/passwd src/a", "escape", "link_escape")]
    [InlineData("ln -s ../.git/config src/a", "protected", "link_protected")]
    [InlineData("rm CHANGELOG.md; ln -s ../../outside CHANGELOG.md", "escape", "link_escape")]
    [InlineData("printf '[submodule \"x\"]\\n\\tpath = x\\n\\turl = ext::sh -c x\\n' > .gitmodules", "protected", "submodule_url")]
    [InlineData("printf '[broken' > .gitmodules", "protected", "submodule_syntax")]
    [InlineData("printf '* text' > src/.GITATTRIBUTES", "protected", "git_file_spelling")]
    [InlineData("echo x > Docs.tmp; mkdir -p DOCS; mv Docs.tmp DOCS/x.md", "invalid_path", "case_twin")]
    [InlineData("echo x > changelog.MD", "invalid_path", "case_twin")]
    public async Task A_worker_is_blocked_with_the_rule(string script, string kind, string rule)
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", script), ("B_worker", "echo b > src/b.txt"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((kind, "A_worker"), (WireEnum<BlockerKind>.NameOf(blocker.Kind), blocker.Worker));
        Assert.Contains($"(rule {rule})", blocker.Message, StringComparison.Ordinal);
        Assert.Contains($"(rule {rule})", File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("printf '*.bin filter=lfs diff=lfs merge=lfs -text\\n' > .gitattributes", "diff=lfs, filter=lfs, merge=lfs")]
    [InlineData("echo out/ >> .gitignore", ".gitignore")]
    [InlineData("printf '[submodule \"x\"]\\n\\tpath = x\\n\\turl = https://example.invalid/x\\n' > .gitmodules", "submodules")]
    public async Task A_change_of_what_git_obeys_is_a_warning(string script, string words)
    {
        _repository.Configure(("A_worker", script));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Warn, 0), (result.Status, result.Blockers.Count));
        Assert.Contains(result.Warnings, warning => warning.Contains(words, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_workers_who_make_one_link_out_of_two_harmless_ones_are_blocked_together()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "ln -s p/q/../../x a"), ("B_worker", "mkdir p; ln -s ../shallow p/q"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal((BlockerKind.Escape, "a"), (Assert.Single(result.Blockers).Kind, result.Blockers[0].Path));
    }

    [Fact]
    public async Task Two_workers_who_spell_one_folder_in_two_ways_are_blocked_together()
    {
        TestRepository.RequireUnix();
        _repository.Configure(("A_worker", "mkdir new; echo a > new/a"), ("B_worker", "mkdir New; echo b > New/b"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Contains("(rule case_twin)", Assert.Single(result.Blockers).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mode_change_outside_the_scope_is_blocked_and_one_inside_is_not()
    {
        TestRepository.RequireUnix();
        var config = _repository.Configure(("A_worker", "chmod +x docs/guide.md"), ("B_worker", "chmod +x src/file1.txt"));
        config["workers"]!["allowlist_globs"] = new System.Text.Json.Nodes.JsonObject { ["A_worker"] = new System.Text.Json.Nodes.JsonArray("src/**"), ["B_worker"] = new System.Text.Json.Nodes.JsonArray("src/**") };
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal((BlockerKind.Scope, "docs/guide.md"), (Assert.Single(result.Blockers).Kind, result.Blockers[0].Path));
    }
}
