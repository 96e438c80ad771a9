using Factory.Core.Contracts;
using Factory.Core.Guards.Escapes.GitFolder;
using Factory.Core.Repository;
using Factory.Core.Tests.Pipeline;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Escapes.GitFolder;

public sealed class LooseRefsTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    // Made, moved, packed, deleted and made symbolic in any order.
    [Property(MaxTest = 12)]
    public void The_refs_read_from_files_are_those_that_git_lists(int seed)
    {
        var random = new Random(seed);
        _repository.Git("commit", "-q", "--allow-empty", "-m", "next");
        var commits = _repository.Git("rev-list", "HEAD").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var step = 0; step < 6; step++)
        {
            var name = $"refs/{random.GetItems(["heads/a", "heads/deep/er/b", "tags/caf\u00e9", "notes/x", "factory/rescue/r"], 1)[0]}";
            switch (random.Next(6))
            {
                case 0: _repository.Git("pack-refs", "--all"); break;
                case 1: _repository.Git("update-ref", "--no-deref", "-d", name); break;
                case 2: _repository.Git("symbolic-ref", name, "refs/heads/main"); break;
                case 3: _repository.Git("tag", "-f", "-a", "-m", "annotated", "annotated", commits[random.Next(commits.Length)]); break;
                default: _repository.Git("update-ref", "--no-deref", name, commits[random.Next(commits.Length)]); break;
            }
        }

        var listed = _repository.Git("for-each-ref", "--format=%(refname) %(if)%(symref)%(then)-> %(symref)%(else)%(objectname)%(end)").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var read = LooseRefs.Read(Path.Combine(_repository.Root, ".git"));
        Assert.NotNull(read);
        Assert.Equal(listed.Order(StringComparer.Ordinal), read.Select(one => $"{one.Key} {one.Value}").Order(StringComparer.Ordinal));
    }

    // git finds one of the two, and which one depends on how many lines there are.
    [Theory]
    [InlineData("refs/heads/twice", "refs/heads/twice", "refs/heads/x")]
    [InlineData("refs/heads/twice", "refs/heads/x", "refs/heads/twice")]
    public void A_name_that_stands_twice_in_packed_refs_has_a_state_of_its_own(params string[] names)
    {
        var (head, next) = (_repository.Head, new string('1', 40));
        var file = Path.Combine(_repository.Root, ".git", "packed-refs");
        File.WriteAllText(file, $"# pack-refs with: peeled fully-peeled sorted \n{head} refs/heads/twice\n{head} refs/heads/x\n");
        var sound = LooseRefs.Read(Path.Combine(_repository.Root, ".git"))!;
        File.WriteAllText(file, $"# pack-refs with: peeled fully-peeled sorted \n{string.Concat(names.Select((name, at) => $"{(at == 0 ? head : next)} {name}\n"))}");
        var read = LooseRefs.Read(Path.Combine(_repository.Root, ".git"))!;
        Assert.NotEqual(sound["refs/heads/twice"], read["refs/heads/twice"]);
    }

    [Fact]
    public async Task A_list_of_refs_in_which_a_name_stands_twice_is_blocked()
    {
        var line = $"{_repository.Head} refs/heads/twice\n";
        File.WriteAllText(Path.Combine(_repository.Root, ".git", "packed-refs"), line + line);
        var repository = await GitRepository.OpenAsync(new Git(), _repository.Root, CancellationToken.None);
        var error = await Assert.ThrowsAsync<FactoryException>(() => repository.ListRefsAsync("refs/heads/", CancellationToken.None));
        Assert.Equal((RunStatus.Blocked, BlockerKind.Escape, "refs/heads/twice"), (error.Status, error.Blocker.Kind, error.Blocker.Path));
    }
}
