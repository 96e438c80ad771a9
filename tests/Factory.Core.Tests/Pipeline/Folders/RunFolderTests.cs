using Factory.Core.Contracts;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Tests.Reporting;

namespace Factory.Core.Tests.Pipeline.Folders;

/// <summary>A run id is reserved by a file that was not there before, in a folder that is no link.</summary>
public sealed class RunFolderTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly CommitId Base = CommitId.Parse(new string('a', 40));
    private readonly string _home = Directory.CreateTempSubdirectory("runs-test-").FullName;
    private readonly string _outside;
    private readonly string _runs;

    public RunFolderTests()
    {
        _outside = Directory.CreateDirectory(Path.Combine(_home, "outside")).FullName;
        _runs = Path.Combine(_home, "runs");
    }

    private string First => Path.Combine(_runs, RunId.Create("factory", Now, Base, 1).Text);

    public void Dispose() => Core.Workers.FolderRemoval.Delete(_home);

    [Fact]
    public async Task Of_many_that_reserve_in_one_second_no_two_get_one_id()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Reserve().Id)));
        Assert.Equal(16, ids.Distinct().Count());
    }

    [Fact]
    public void A_given_id_is_reserved_once()
    {
        var id = RunId.Create("factory", Now, Base, 7);
        RunFolder.Reserve(_runs, id);
        Assert.Contains("exists already", Assert.Throws<FactoryException>(() => RunFolder.Reserve(_runs, id)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("locks")]
    public void A_link_in_the_place_of_a_run_s_folder_is_an_escape_and_nothing_is_made_behind_it(string below)
    {
        var link = Path.Combine(First, below).TrimEnd(Path.DirectorySeparatorChar);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        SpecialFiles.Link(link, _outside);
        Assert.Equal(BlockerKind.Escape, Assert.Throws<FactoryException>(Reserve).Blocker.Kind);
        Assert.Equal(BlockerKind.Escape, Assert.Throws<FactoryException>(() => RunFolder.Reserve(_runs, RunId.Create("factory", Now, Base, 1))).Blocker.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_link_in_the_place_of_a_run_s_lock_means_that_the_id_is_taken(bool leadsSomewhere)
    {
        var victim = Path.Combine(_outside, "victim");
        if (leadsSomewhere) File.WriteAllText(victim, "mine");
        SpecialFiles.Link(Path.Combine(Directory.CreateDirectory(Path.Combine(First, "locks")).FullName, "run.lock"), victim);
        Assert.EndsWith("_002", Reserve().Id.Text, StringComparison.Ordinal);
        Assert.Equal(leadsSomewhere, File.Exists(victim));
        Assert.True(!leadsSomewhere || File.ReadAllText(victim) == "mine");
    }

    [Fact]
    public void A_runs_folder_that_the_user_has_behind_a_link_is_used()
    {
        SpecialFiles.Link(_runs, _outside);
        Assert.True(File.Exists(Path.Combine(_outside, Reserve().Id.Text, "locks", "run.lock")));
    }

    private RunFolder Reserve() => RunFolder.Reserve(_runs, "factory", Now, Base);
}
