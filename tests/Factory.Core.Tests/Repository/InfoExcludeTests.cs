using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;
using Factory.Core.Tests.Reporting;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Repository;

/// <summary>The one file of the user's that Factory edits: only added to, and only where it belongs.</summary>
public sealed class InfoExcludeTests : IDisposable
{
    private readonly TestRepository _repository = new();
    private readonly GitRepository _opened;

    public InfoExcludeTests()
    {
        _opened = GitRepository.OpenAsync(new Git(), _repository.Root, CancellationToken.None).GetAwaiter().GetResult();
        Directory.CreateDirectory(Info);
    }

    private string Info => Path.Combine(_repository.Root, ".git", "info");

    private string Exclude => Path.Combine(Info, "exclude");

    private string Victim => Path.Combine(_repository.Home, "victim");

    public void Dispose() => _repository.Dispose();

    [Property(MaxTest = 15)]
    public void Folders_of_any_name_are_ignored_and_what_was_there_stays_as_it_is(int seed)
    {
        var random = new Random(seed);
        var before = string.Join('\n', random.GetItems(["# note", "*.log", "", "/tools/codex/runs/", "caf\u00e9"], random.Next(4))) + (random.Next(2) == 0 ? "\n" : "");
        File.WriteAllText(Exclude, before);
        var names = OperatingSystem.IsWindows() ? new[] { "tools", "a b", "#x", "!y", "[z]" } : ["tools", "a b", "#x", "!y", "[z]", "st*r", "wh?t", "back\\slash", "end "];
        var folders = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Path.Combine(_repository.Root, string.Join('/', random.GetItems(names, 1 + random.Next(3))))).ToList();
        Assert.Null(Add([.. folders, _repository.Home, Path.Combine(_repository.Home, "elsewhere")]));
        var after = File.ReadAllText(Exclude);
        Assert.StartsWith(before, after, StringComparison.Ordinal);
        Assert.All(folders, folder => Assert.Contains("file", _repository.Git("check-ignore", "--no-index", Path.Combine(folder, "file")), StringComparison.Ordinal));
        Assert.Null(Add(folders));
        Assert.Equal(after, File.ReadAllText(Exclude));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_link_in_the_file_s_place_is_not_written_through(bool leadsSomewhere)
    {
        if (leadsSomewhere) File.WriteAllText(Victim, "mine\n");
        File.Delete(Exclude);
        SpecialFiles.Link(Exclude, Victim);
        AssertTold("exclude is or lies behind a link");
        Assert.Equal(leadsSomewhere, File.Exists(Victim));
        Assert.True(!leadsSomewhere || File.ReadAllText(Victim) == "mine\n");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_link_in_the_folder_s_place_is_not_written_through(bool leadsSomewhere)
    {
        if (leadsSomewhere) File.WriteAllText(Path.Combine(Directory.CreateDirectory(Victim).FullName, "exclude"), "mine\n");
        Core.Workers.FolderRemoval.Delete(Info);
        SpecialFiles.Link(Info, Victim);
        AssertTold("exclude is or lies behind a link");
        Assert.Equal(leadsSomewhere ? ["exclude"] : [], Directory.Exists(Victim) ? Directory.GetFiles(Victim).Select(Path.GetFileName) : []);
        Assert.True(!leadsSomewhere || File.ReadAllText(Path.Combine(Victim, "exclude")) == "mine\n");
    }

    [Fact]
    public async Task A_pipe_in_the_file_s_place_keeps_nobody_waiting()
    {
        File.Delete(Exclude);
        SpecialFiles.Pipe(Exclude);
        await Task.Run(() => AssertTold("exclude"), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_in_the_file_s_place_and_a_file_in_the_folder_s_are_told_and_stay(bool isFolder)
    {
        Core.Workers.FolderRemoval.Delete(Info);
        if (isFolder) Directory.CreateDirectory(Exclude);
        else File.WriteAllText(Info, "mine");
        AssertTold("exclude");
        Assert.True(isFolder ? Directory.Exists(Exclude) : File.ReadAllText(Info) == "mine");
    }

    private string? Add(IEnumerable<string> folders) => InfoExclude.Add(_opened, folders);

    private void AssertTold(string words)
    {
        var warning = Add([Path.Combine(_repository.Root, "tools", "runs")]);
        Assert.NotNull(warning);
        Assert.Contains(words, warning, StringComparison.Ordinal);
        Assert.Contains("/tools/runs/", warning, StringComparison.Ordinal);
    }
}
