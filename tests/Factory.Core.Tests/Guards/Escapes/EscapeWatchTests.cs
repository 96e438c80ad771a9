using System.Globalization;
using Factory.Core.Contracts;
using Factory.Core.Guards.Escapes;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Escapes;

/// <summary>What is done while workers run is found and named, whatever it is; who ran meanwhile is a suspect, and nobody else.</summary>
public sealed class EscapeWatchTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly TestRepository _repository = new();
    private readonly RandomDeeds _deeds;
    private readonly RunId _run;

    public EscapeWatchTests()
    {
        _repository.Git("commit", "-q", "--allow-empty", "-m", "second");
        _repository.Git("branch", "twin");
        var other = Path.Combine(_repository.Home, "other tree");
        _repository.Git("worktree", "add", "-q", "--detach", other);
        File.WriteAllText(Path.Combine(_repository.Home, "prompt.md"), "prompt");
        _deeds = new RandomDeeds(_repository);
        _run = RunId.Create("factory", DateTimeOffset.UtcNow, CommitId.Parse(_repository.Head), 1);
    }

    public void Dispose() => _repository.Dispose();

    [Property(MaxTest = 25)]
    public async Task Exactly_what_was_done_is_found_and_named_and_the_one_who_ran_is_the_suspect(int seed)
    {
        var random = new Random(seed);
        await using var watch = await WatchAsync(workers: 1, oneAtATime: true);
        await watch.StartAsync("A_worker");
        var deeds = _deeds.Choose(random, most: 6);
        foreach (var deed in deeds)
        {
            deed.Do();
            _deeds.DoHarmless(random, $"refs/heads/codex/factory/{_run}");
        }

        _deeds.DoHarmless(random, $"refs/factory/rescue/{_run}");
        var (wasAlone, found) = await watch.EndAsync("A_worker");
        Assert.True(wasAlone);
        Assert.Equal(Sorted(deeds.Select(deed => $"{deed.Area} {deed.Name}")), Sorted(found.Select(finding => $"{finding.Escape.Area} {finding.Escape.Name}")));
        Assert.All(found, finding => Assert.Equal(["A_worker"], finding.Suspects));
        Assert.Empty(await watch.CompleteAsync());
    }

    // Any order of starts, ends and deeds: a watch may know no more than who ran between two looks, but never less.
    [Property(MaxTest = 12)]
    public async Task Whoever_ran_at_the_time_is_a_suspect_and_nobody_is_who_had_not_started(int seed)
    {
        var random = new Random(seed);
        var oneAtATime = random.Next(3) == 0;
        string[] workers = ["A_worker", "B_worker", "C_worker", "D_worker"];
        await using var watch = await WatchAsync(workers.Length, oneAtATime);
        var (waiting, running, started) = (new Queue<string>(workers), new List<string>(), new List<string>());
        var atTheTime = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var told = new List<(EscapeFinding Finding, string[] Started)>();
        while (waiting.Count + running.Count > 0)
        {
            var mayStart = waiting.Count > 0 && (running.Count == 0 || !oneAtATime);
            if (mayStart && (running.Count == 0 || random.Next(2) == 0)) await StartAsync(waiting.Dequeue());
            else if (random.Next(2) == 0) Act();
            else await EndAsync(running[random.Next(running.Count)]);
        }

        told.AddRange((await watch.CompleteAsync()).Select(finding => (finding, started.ToArray())));
        Assert.Equal(Sorted(atTheTime.Keys), Sorted(told.Select(one => one.Finding.Escape.Name)));
        foreach (var (finding, until) in told)
        {
            Assert.Subset(finding.Suspects.ToHashSet(StringComparer.Ordinal), atTheTime[finding.Escape.Name].ToHashSet(StringComparer.Ordinal));
            Assert.Subset(until.ToHashSet(StringComparer.Ordinal), finding.Suspects.ToHashSet(StringComparer.Ordinal));
            if (oneAtATime) Assert.Equal(atTheTime[finding.Escape.Name], finding.Suspects);
        }

        async Task StartAsync(string worker)
        {
            // One that could not be started ends all the same, and can have done nothing.
            if (random.Next(5) == 0)
            {
                await watch.EndAsync(worker);
                return;
            }

            await watch.StartAsync(worker);
            running.Add(worker);
            started.Add(worker);
        }

        void Act()
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"deed-{seed}-{Guid.NewGuid():N}");
            _repository.Write(name, name);
            atTheTime.Add(name, [.. running.Order(StringComparer.Ordinal)]);
        }

        async Task EndAsync(string worker)
        {
            running.Remove(worker);
            var (_, found) = await watch.EndAsync(worker);
            told.AddRange(found.Select(finding => (finding, started.ToArray())));
        }
    }

    private static IEnumerable<string> Sorted(IEnumerable<string> names) => names.Order(StringComparer.Ordinal);

    private async Task<EscapeWatch> WatchAsync(int workers, bool oneAtATime)
    {
        var repository = await GitRepository.OpenAsync(new Git(), _repository.Root, None);
        var ground = new EscapeGround(repository, _run, "codex/factory", Path.Combine(_repository.Home, "runs"), Path.Combine(_repository.Home, "worktrees"), [_deeds.Input]);
        var watch = new EscapeWatch(ground, workers, oneAtATime);
        await watch.BeginAsync();
        return watch;
    }
}
