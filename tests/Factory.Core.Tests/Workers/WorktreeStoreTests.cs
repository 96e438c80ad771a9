using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;
using Factory.Core.Workers;

namespace Factory.Core.Tests.Workers;

public sealed class WorktreeStoreTests
{
    [Fact]
    public async Task Many_worktrees_can_be_added_and_deleted_at_once()
    {
        const int Workers = 8;
        using var home = new TestRepository();
        var repository = await GitRepository.OpenAsync(new Git(), home.Root, CancellationToken.None);
        var (commit, _) = await repository.ResolveAsync("HEAD", CancellationToken.None);
        var identity = await GitIdentity.FindAsync(repository, CancellationToken.None);
        // Two stores stand for two runs, which know nothing of each other.
        WorktreeStore[] stores = [new(repository, identity), new(repository, identity)];
        for (var round = 0; round < 3; round++)
        {
            var added = await Task.WhenAll(Enumerable.Range(0, Workers).Select(n =>
                Task.Run(() => stores[n % 2].AddAsync(Path.Combine(home.Home, "trees", $"W{n}"), commit, CancellationToken.None))));
            Assert.All(added, tree => Assert.True(File.Exists(Path.Combine(tree.Path, "docs", "guide.md"))));
            foreach (var tree in added) Assert.True(await stores[0].IsCleanAsync(tree, CancellationToken.None));
            await Task.WhenAll(added.Select((tree, n) => Task.Run(() => stores[n % 2].DeleteAsync(tree, CancellationToken.None))));
        }

        Assert.Single(home.Git("worktree", "list").Trim().Split('\n'));
    }
}
