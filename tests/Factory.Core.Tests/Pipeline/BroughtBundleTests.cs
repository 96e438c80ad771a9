using System.Text.Json.Nodes;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Pipeline;

/// <summary>
/// Bundles that were brought from elsewhere, or replaced between two stages: <c>bundle-validate</c> and <c>integrate</c> judge
/// them as they judge those that they have seen made.
/// </summary>
public sealed class BroughtBundleTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task An_untouched_bundle_passes_alone()
    {
        var launched = await LaunchAsync();
        Assert.Equal(RunStatus.Pass, (await ValidateAsync(launched)).Status);
    }

    [Theory]
    [InlineData("DIFF.patch", "src/a.txt", "src/other.txt", "src/other.txt is in DIFF.patch and not in FILES_CHANGED.json")]
    [InlineData("DIFF.patch", "+a\n", "+evil\n", "DIFF.patch is not the file whose digest")]
    [InlineData("DIFF.patch", "diff --git a/src/a.txt", "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\ndiff --git a/src/a.txt", "x is in DIFF.patch and not in FILES_CHANGED.json")]
    [InlineData("DIFF.patch", "diff --git a/src/a.txt b/src/a.txt", "diff --git \"a/src/\\142.txt\" \"b/src/\\142.txt\"\nnew file mode 100644\n--- /dev/null\n+++ \"b/src/\\142.txt\"\n@@ -0,0 +1 @@\n+b\ndiff --git a/src/a.txt b/src/a.txt", "src/b.txt is in DIFF.patch and not in FILES_CHANGED.json")]
    [InlineData("DIFF.patch", "diff --git", "garbage --git", "DIFF.patch")]
    [InlineData("FILES_CHANGED.json", "src/a.txt", "src/other.txt", "src/a.txt is in DIFF.patch and not in FILES_CHANGED.json")]
    [InlineData("FILES_CHANGED.json", "\"added\"", "\"modified\"", "src/a.txt is not as FILES_CHANGED.json says")]
    public async Task A_document_that_does_not_tell_what_the_commit_holds_blocks(string file, string old, string replacement, string words)
    {
        TestRepository.RequireUnix();
        var launched = await LaunchAsync();
        var path = Path.Combine(launched.RunDir!, "A_worker", file);
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, replacement, StringComparison.Ordinal));
        var result = await ValidateAsync(launched);
        Assert.Equal((RunStatus.Blocked, 2), (result.Status, result.ExitCode));
        Assert.Contains(result.Blockers, blocker => blocker.Worker == "A_worker" && blocker.Message.Contains(words, StringComparison.Ordinal));
        Assert.DoesNotContain(result.Blockers, blocker => blocker.Worker == "B_worker");
    }

    [Fact]
    public async Task A_whole_bundle_of_another_run_blocks_even_when_it_fits_its_own_branch()
    {
        TestRepository.RequireUnix();
        var first = await LaunchAsync();
        _repository.Configure(("A_worker", "echo other > src/other.txt"), ("B_worker", "echo b > src/b.txt"));
        var second = await TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
        foreach (var file in Directory.GetFiles(Path.Combine(second.RunDir!, "A_worker")))
            File.WriteAllText(Path.Combine(first.RunDir!, "A_worker", Path.GetFileName(file)), File.ReadAllText(file).Replace(second.RunId!, first.RunId!, StringComparison.Ordinal));
        Assert.Equal(RunStatus.Blocked, (await ValidateAsync(first)).Status);
        _repository.Git("branch", "-f", first.Workers[0].Branch!, second.Workers[0].Commit!);
        Assert.Contains((await ValidateAsync(first)).Blockers, blocker => blocker is { Worker: "A_worker", Kind: BlockerKind.Policy });
    }

    [Fact]
    public async Task A_declaration_that_is_slipped_in_later_is_compared_too()
    {
        TestRepository.RequireUnix();
        var launched = await LaunchAsync();
        var bundle = Path.Combine(launched.RunDir!, "A_worker");
        var declared = JsonNode.Parse(File.ReadAllText(Path.Combine(bundle, "FILES_CHANGED.json")))!;
        declared["changes"] = new JsonArray();
        File.WriteAllText(Path.Combine(bundle, "FILES_DECLARED.json"), declared.ToJsonString());
        Assert.Contains((await ValidateAsync(launched)).Blockers, blocker => blocker is { Kind: BlockerKind.HiddenOverlap, Path: "src/a.txt" });
    }

    private Task<RunResult> LaunchAsync()
    {
        _repository.Configure(("A_worker", "echo a > src/a.txt"), ("B_worker", "echo b > src/b2.txt"));
        return TestRepository.Pipeline.LaunchAsync(_repository.Request, TestContext.Current.CancellationToken);
    }

    private Task<RunResult> ValidateAsync(RunResult launched) =>
        TestRepository.Pipeline.ValidateAsync(_repository.Request with { RunId = launched.RunId }, TestContext.Current.CancellationToken);
}
