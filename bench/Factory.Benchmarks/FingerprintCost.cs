using System.Globalization;
using Factory.Benchmarks.Comparison;
using Factory.Core.Contracts;
using Factory.Core.Guards.Escapes;
using Factory.Core.Guards.Escapes.Checkout;
using Factory.Core.Guards.Escapes.GitFolder;
using Factory.Core.Repository;

namespace Factory.Benchmarks;

/// <summary>
/// What one look at all that workers may not change takes, against <c>git status</c> in the same run, which sees less. Run it
/// with <c>-- fingerprints [FILES ...]</c>.
/// </summary>
internal static class FingerprintCost
{
    private const int Rounds = 15;

    public static int Run(string[] arguments)
    {
        var sizes = arguments.Length > 0 ? arguments.Select(size => int.Parse(size, CultureInfo.InvariantCulture)) : [1000, 50_000];
        Console.WriteLine($"{Rounds} rounds in turn, medians; {MachineFacts.Describe(Path.GetTempPath())}");
        Console.WriteLine("first: before the first worker. later: after a worker, nothing having changed. untouched: as it was cloned. used: a changed file, an untracked one, as many ignored ones as there are files.");
        Console.WriteLine($"{"files",8} {"checkout",-10} {"git status",12} {"first",12} {"",6} {"later",12} {"",6}");
        foreach (var files in sizes)
            foreach (var isUsed in (bool[])[false, true])
                Measure(files, isUsed);
        return 0;
    }

    private static void Measure(int files, bool isUsed)
    {
        using var repository = new BenchmarkRepository(files, workers: 1, isUsed: isUsed);
        var git = GitRepository.OpenAsync(new Git(), repository.Root, CancellationToken.None).GetAwaiter().GetResult();
        var commit = CommitId.Parse(GitProgram.Run(repository.Root, "rev-parse", "HEAD"));
        string[] own = [Path.Combine(repository.Root, "tools", "codex", "runs"), Path.Combine(repository.Root, "tools", "codex", "worktrees")];
        var ground = new EscapeGround(git, RunId.Create("factory", DateTimeOffset.UtcNow, commit, 1), "codex/factory", own[0], own[1], [Path.Combine(repository.Root, "factory.config.json")]);
        var settings = new SettingsFiles(git);
        var known = new CheckoutStatus(git, own);
        Take(known);
        var samples = Alternately.Measure(
            Rounds,
            Alternately.Seconds(() => GitProgram.Run(repository.Root, "--no-optional-locks", "status", "--porcelain=v2", "-z", "--untracked-files=all", "--no-renames")),
            Alternately.Seconds(() => Take(new CheckoutStatus(git, own))),
            Alternately.Seconds(() => Take(known)));
        var (peer, first, later) = (samples[0].Median, samples[1].Median, samples[2].Median);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files,8} {(isUsed ? "used" : "untouched"),-10} {peer * 1000,9:0.0} ms {first * 1000,9:0.0} ms {first / peer,5:0.00}x {later * 1000,9:0.0} ms {later / peer,5:0.00}x"));

        void Take(CheckoutStatus checkout) => new FingerprintReader(ground, checkout, settings).ReadAsync(CancellationToken.None).GetAwaiter().GetResult();
    }
}
