using Factory.Core.Guards.Writes;
using Factory.Core.Tests.Pipeline;
using Factory.Core.Tests.Reporting;
using FsCheck;
using FsCheck.Fluent;

namespace Factory.Core.Tests.Guards;

public sealed class FolderWatchTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("watch-test-").FullName;

    private string Run => Path.Combine(_home, "run");

    private string Bundle => Path.Combine(Run, "A_worker");

    public void Dispose() => Core.Workers.FolderRemoval.Delete(_home);

    [Fact]
    public void What_happens_in_a_folder_moves_it_nowhere()
    {
        Directory.CreateDirectory(Path.Combine(Bundle, "LOGS"));
        using var watch = FolderWatch.Begin(Bundle);
        File.WriteAllText(Path.Combine(Bundle, "SUMMARY.md"), "x");
        Directory.Move(Path.Combine(Bundle, "LOGS"), Path.Combine(Bundle, "OLD"));
        Assert.Null(watch.FindMove());
    }

    [Fact]
    public void A_link_or_a_file_is_not_begun_with()
    {
        Directory.CreateDirectory(Run);
        File.WriteAllText(Bundle, "x");
        Assert.Throws<LinkInTheWayException>(() => FolderWatch.Begin(Bundle));
        File.Delete(Bundle);
        SpecialFiles.Link(Bundle, Run);
        Assert.Throws<LinkInTheWayException>(() => FolderWatch.Begin(Bundle));
    }

    // Moved away, moved back, its parent moved, deleted, and a folder, a file or a link put in its place, in any order.
    [Fact]
    public void A_folder_that_is_not_in_its_place_is_found_wherever_it_went()
    {
        TestRepository.RequireUnix();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(1_000_000), Prop.ForAll<int>(seed =>
        {
            if (Directory.Exists(Run)) Core.Workers.FolderRemoval.Delete(Run);
            Directory.CreateDirectory(Bundle);
            using var watch = FolderWatch.Begin(Bundle);
            var (random, place, isDeleted) = (new Random(seed), Bundle, false);
            for (var step = 0; step < 5; step++)
            {
                (place, isDeleted) = Disturb(random, place, isDeleted);
                var found = watch.FindMove();
                if (isDeleted) Assert.Equal("was deleted", found);
                else if (place == Bundle) Assert.Null(found);
                else Assert.Equal($"was moved to {place}", found);
            }
        }));
    }

    private (string Place, bool IsDeleted) Disturb(Random random, string place, bool isDeleted)
    {
        var away = Path.Combine(_home, $"away-{Guid.NewGuid():N}");
        switch (random.Next(5))
        {
            case 0 when !isDeleted:
                Directory.Move(place, away);
                return (away, false);
            case 1 when !isDeleted && place != Bundle:
                if (Directory.Exists(Bundle)) Core.Workers.FolderRemoval.Delete(Bundle);
                else File.Delete(Bundle);
                Directory.Move(place, Bundle);
                return (Bundle, false);
            case 2 when !isDeleted:
                // The whole run's folder is moved, and stays where it is, with a new one in its place.
                Directory.Move(Run, away);
                Directory.CreateDirectory(Run);
                return (place == Bundle ? Path.Combine(away, "A_worker") : place, false);
            case 3 when !isDeleted && random.Next(3) == 0:
                Directory.Delete(place);
                return (place, true);
            default:
                if (!Path.Exists(Bundle)) Stand(random.Next(3));
                return (place, isDeleted);
        }
    }

    private void Stand(int kind)
    {
        if (kind == 0) Directory.CreateDirectory(Bundle);
        else if (kind == 1) File.WriteAllText(Bundle, "");
        else File.CreateSymbolicLink(Bundle, Run);
    }
}
