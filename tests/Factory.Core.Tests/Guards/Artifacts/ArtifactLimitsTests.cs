using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards.Artifacts;
using Factory.Core.Repository;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Artifacts;

public sealed class ArtifactLimitsTests
{
    [Property(MaxTest = 500)]
    public Property Exactly_what_exceeds_a_limit_is_blocked() => Prop.ForAll(Gen.Choose(0, 6).ListOf().ToArbitrary(), Gen.Choose(0, 12).ToArbitrary(), (sizes, patch) =>
    {
        var limits = new SecuritySection(false, false, true) { MaxChangedFiles = 3, MaxFileBytes = 4, MaxChangedBytes = 9, MaxPatchBytes = 10 };
        var changes = sizes.Select((_, n) => new ChangedPath($"f{n}", null, ChangeType.Added, "000000", "100644", Id(n))).ToList();
        var found = new ArtifactLimits("A_worker", limits, new HashSet<string>()).Check(changes, sizes.Select((size, n) => (n, size)).ToDictionary(one => Id(one.n), one => (long)one.size), patch).ToList();
        Assert.Equal(
            sizes.Count(size => size > 4) + (sizes.Count > 3 ? 1 : 0) + (sizes.Sum() > 9 ? 1 : 0) + (patch > 10 ? 1 : 0),
            found.Count);
        Assert.Equal(sizes.Select((size, n) => (size, n)).Where(one => one.size > 4).Select(one => $"f{one.n}"), found.Select(blocker => blocker.Path).OfType<string>());
    });

    private static CommitId Id(int number) => CommitId.Parse(number.ToString("x40", System.Globalization.CultureInfo.InvariantCulture));
}
