using Factory.Core.Guards.Escapes;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Escapes;

public sealed class ClosedBundlesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bundles-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Any number of files made, changed, deleted and renamed: each is named once, and what nobody touched is not.
    [Property(MaxTest = 40)]
    public void Exactly_the_files_that_were_touched_are_named(int seed)
    {
        var random = new Random(seed);
        var bundle = Directory.CreateDirectory(Path.Combine(_folder, Guid.NewGuid().ToString("N"), "A_worker")).FullName;
        Directory.CreateDirectory(Path.Combine(bundle, "LOGS"));
        string[] names = ["STATUS.json", "SUMMARY.md", "LOGS/INDEX.json", "LOGS/command.stdout.log", "caf\u00e9"];
        foreach (var name in names) File.WriteAllText(Path.Combine(bundle, name), name);
        var closed = new ClosedBundles();
        closed.Add("A_worker", bundle);
        var touched = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in names.Where(_ => random.Next(3) == 0))
        {
            touched.Add($"A_worker/{name}");
            if (random.Next(2) == 0) File.Delete(Path.Combine(bundle, name));
            else File.AppendAllText(Path.Combine(bundle, name), "more");
        }

        if (random.Next(2) == 0)
        {
            File.WriteAllText(Path.Combine(bundle, "LOGS", "new"), "");
            touched.Add("A_worker/LOGS/new");
        }

        Assert.Equal(touched, closed.TakeChanges().Select(escape => escape.Name));
        Assert.Empty(closed.TakeChanges());
    }
}
