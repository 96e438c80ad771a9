using Factory.Core.Bundles;
using Factory.Core.Contracts;
using Factory.Core.Tests.Reporting;

namespace Factory.Core.Tests.Bundles;

public sealed class SpecialFilesInBundlesTests : IDisposable
{
    private const int Patience = 30_000;
    private readonly string _bundle = Directory.CreateTempSubdirectory("bundle-test-").FullName;

    public void Dispose() => Directory.Delete(_bundle, recursive: true);

    [Theory(Timeout = Patience)]
    [InlineData(BundleFile.Summary)]
    [InlineData(BundleFile.Suggestions)]
    [InlineData(BundleFile.HandoffNote)]
    [InlineData(BundleFile.FilesChanged)]
    public async Task A_pipe_that_a_worker_left_is_ignored_with_a_warning_and_never_opened(string name)
    {
        SpecialFiles.Pipe(Path.Combine(_bundle, name));
        AssertIgnored(name, await ReadLeftAsync(TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Patience)]
    public async Task A_folder_a_link_and_a_link_to_nothing_are_ignored_with_a_warning()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_bundle, BundleFile.Summary)).FullName;
        AssertIgnored(BundleFile.Summary, await ReadLeftAsync(TestContext.Current.CancellationToken));
        foreach (var target in (string[])["/etc/hostname", Path.Combine(_bundle, "missing")])
        {
            if (Directory.Exists(folder)) Directory.Delete(folder);
            File.Delete(folder);
            SpecialFiles.Link(folder, target);
            AssertIgnored(BundleFile.Summary, await ReadLeftAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact(Timeout = Patience)]
    public async Task Plain_files_are_taken_over_and_missing_ones_are_no_warning()
    {
        await File.WriteAllTextAsync(Path.Combine(_bundle, BundleFile.Summary), "done", TestContext.Current.CancellationToken);
        var left = await ReadLeftAsync(TestContext.Current.CancellationToken);
        Assert.Equal(("done", null), (left.Summary, left.Suggestions));
        Assert.Empty(left.Warnings);
    }

    [Theory(Timeout = Patience)]
    [InlineData(BundleFile.Status)]
    [InlineData(BundleFile.FilesDeclared)]
    [InlineData(BundleFile.DiffPatch)]
    public async Task A_pipe_in_a_bundle_is_a_problem_of_that_bundle(string name)
    {
        SpecialFiles.Pipe(Path.Combine(_bundle, name));
        var bundle = await Task.Run(() => BundleFolder.Read(_bundle, "A_worker"), TestContext.Current.CancellationToken);
        var problem = Assert.Single(bundle.Problems("R1"), problem => problem.Path == $"A_worker/{name}");
        Assert.Equal($"{name} is not a plain file", problem.Message);
    }

    private Task<LeftFiles> ReadLeftAsync(CancellationToken cancellationToken) => Task.Run(() => LeftFiles.Read(_bundle), cancellationToken);

    private static void AssertIgnored(string name, LeftFiles left)
    {
        Assert.Equal([$"its {name} was ignored, because it is not a plain file"], left.Warnings);
        Assert.Equal((null, null, null, null), (left.Summary, left.Suggestions, left.Handoff, left.Declaration));
    }
}
