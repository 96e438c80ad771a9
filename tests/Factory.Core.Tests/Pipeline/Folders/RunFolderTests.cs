using Factory.Core.Contracts;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Repository;
using Factory.Core.Tests.Reporting;

namespace Factory.Core.Tests.Pipeline.Folders;

/// <summary>A run id is reserved by files that were not there before, in the repository and in a folder of runs that is no link.</summary>
public sealed class RunFolderTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    private static readonly CommitId Base = CommitId.Parse(new string('a', 40));
    private readonly TestRepository _repository = new();
    private readonly string _home = Directory.CreateTempSubdirectory("runs-test-").FullName;
    private readonly string _outside;
    private readonly string _runs;

    public RunFolderTests()
    {
        _outside = Directory.CreateDirectory(Path.Combine(_home, "outside")).FullName;
        _runs = Path.Combine(_home, "runs");
    }

    private string First => Path.Combine(_runs, RunId.Create("factory", Now, Base, 1).Text);

    private string Ids => Path.Combine(_repository.Root, ".git/factory/ids");

    public void Dispose()
    {
        _repository.Dispose();
        Core.Workers.FolderRemoval.Delete(_home);
    }

    [Fact]
    public async Task Of_many_that_reserve_in_one_second_no_two_get_one_id()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => ReserveAsync())));
        Assert.Equal(16, ids.Select(folder => folder.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_given_id_is_reserved_once()
    {
        await ReserveAsync(7);
        Assert.Contains("exists already", (await Assert.ThrowsAsync<FactoryException>(() => ReserveAsync(7))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_the_worktrees_of_one_repository_with_runs_folders_of_their_own_no_two_get_one_id()
    {
        _repository.Git("worktree", "add", "-q", "../linked");
        var linked = Path.Combine(_repository.Home, "linked");
        var folders = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => Task.Run(() => ReserveAsync(number % 2 == 0 ? _repository.Root : linked))));
        Assert.Equal(8, folders.Select(folder => folder.Id).Distinct().Count());
        Assert.Equal(2, folders.Select(folder => folder.RunsDirectory).Distinct().Count());

        var given = (await ReserveAsync(linked)).Id;
        var error = await Assert.ThrowsAsync<FactoryException>(async () => await RunFolder.ReserveAsync(Path.Combine(_repository.Root, "runs"), await IdsAsync(_repository.Root), given, default));
        Assert.Contains($"is taken in this repository, by {Path.Combine(linked, "runs", given.Text)}", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_repository.Root, "runs", given.Text)));
    }

    [Fact]
    public async Task An_id_whose_folder_is_gone_and_whose_branch_is_not_is_not_given_again()
    {
        _repository.Git("branch", $"codex/factory/{RunId.Create("factory", Now, Base, 1)}/A_worker");
        _repository.Git("pack-refs", "--all");
        Assert.EndsWith("_002", (await ReserveAsync()).Id.Text, StringComparison.Ordinal);
        Assert.Contains("has a branch", (await Assert.ThrowsAsync<FactoryException>(() => ReserveAsync(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_given_id_whose_folder_was_deleted_is_reserved_again()
    {
        var first = await ReserveAsync(7);
        Directory.Delete(first.Path, recursive: true);
        Assert.Equal(first, await ReserveAsync(7));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(0, false)]
    public async Task What_a_crash_left_of_a_reservation_is_in_the_way_for_a_moment_only(int minutes, bool isFree)
    {
        Directory.CreateDirectory(Ids);
        var left = Path.Combine(Ids, RunId.Create("factory", Now, Base, 7).Text);
        File.WriteAllText(left, "");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow - TimeSpan.FromMinutes(minutes));
        if (isFree) Assert.Equal(7, int.Parse((await ReserveAsync(7)).Id.Text[^3..], System.Globalization.CultureInfo.InvariantCulture));
        else Assert.Contains("just beginning", (await Assert.ThrowsAsync<FactoryException>(() => ReserveAsync(7))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reservations_of_the_day_before_are_deleted_and_nothing_else()
    {
        Directory.CreateDirectory(Ids);
        foreach (var (name, hours) in ((string, int)[])[(RunId.Create("factory", Now, Base, 8).Text, 25), (RunId.Create("factory", Now, Base, 9).Text, 1), ("mine", 25)])
        {
            File.WriteAllText(Path.Combine(Ids, name), "");
            File.SetLastWriteTimeUtc(Path.Combine(Ids, name), DateTime.UtcNow - TimeSpan.FromHours(hours));
        }

        await ReserveAsync();
        Assert.Equal(["factory_20260304_050607_" + RunId.Base8(Base) + "_001", "factory_20260304_050607_" + RunId.Base8(Base) + "_009", "mine"], Directory.GetFiles(Ids).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_reservations_is_an_escape_and_nothing_is_made_behind_it()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Ids)!);
        SpecialFiles.Link(Ids, _outside);
        Assert.Equal(BlockerKind.Escape, (await Assert.ThrowsAsync<FactoryException>(() => ReserveAsync())).Blocker.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Theory]
    [InlineData("")]
    [InlineData("locks")]
    public async Task A_link_in_the_place_of_a_run_s_folder_is_an_escape_and_nothing_is_made_behind_it(string below)
    {
        var link = Path.Combine(First, below).TrimEnd(Path.DirectorySeparatorChar);
        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        SpecialFiles.Link(link, _outside);
        Assert.Equal(BlockerKind.Escape, (await Assert.ThrowsAsync<FactoryException>(() => ReserveAsync())).Blocker.Kind);
        Assert.Equal(BlockerKind.Escape, (await Assert.ThrowsAsync<FactoryException>(() => ReserveAsync(1))).Blocker.Kind);
        Assert.Empty(Directory.GetFileSystemEntries(_outside));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_in_the_place_of_a_run_s_lock_means_that_the_id_is_taken(bool leadsSomewhere)
    {
        var victim = Path.Combine(_outside, "victim");
        if (leadsSomewhere) File.WriteAllText(victim, "mine");
        SpecialFiles.Link(Path.Combine(Directory.CreateDirectory(Path.Combine(First, "locks")).FullName, "run.lock"), victim);
        Assert.EndsWith("_002", (await ReserveAsync()).Id.Text, StringComparison.Ordinal);
        Assert.Equal(leadsSomewhere, File.Exists(victim));
        Assert.True(!leadsSomewhere || File.ReadAllText(victim) == "mine");
    }

    [Fact]
    public async Task A_runs_folder_that_the_user_has_behind_a_link_is_used()
    {
        SpecialFiles.Link(_runs, _outside);
        Assert.True(File.Exists(Path.Combine(_outside, (await ReserveAsync()).Id.Text, "locks", "run.lock")));
    }

    private static async Task<RunIds> IdsAsync(string checkout) => new(await GitRepository.OpenAsync(new Git(), checkout, default), "codex/factory");

    private static async Task<RunFolder> ReserveAsync(string checkout) => await RunFolder.ReserveAsync(Path.Combine(checkout, "runs"), await IdsAsync(checkout), "factory", Now, Base, default);

    private async Task<RunFolder> ReserveAsync() => await RunFolder.ReserveAsync(_runs, await IdsAsync(_repository.Root), "factory", Now, Base, default);

    private async Task<RunFolder> ReserveAsync(int given) => await RunFolder.ReserveAsync(_runs, await IdsAsync(_repository.Root), RunId.Create("factory", Now, Base, given), default);
}
