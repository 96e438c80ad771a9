using Factory.Core.Contracts;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Contracts;

public sealed class IdPropertyTests
{
    [Property]
    public void Parsers_never_throw_and_what_they_accept_is_what_they_print(NonNull<string> text)
    {
        Assert.True(!RunId.TryParse(text.Get, out var run) || run.ToString() == text.Get);
        Assert.True(!WorkerId.TryParse(text.Get, out var worker) || worker.ToString() == text.Get);
        Assert.True(!CommitId.TryParse(text.Get, out var commit) || commit.ToString() == text.Get);
        Assert.True(!RelativePath.TryParse(text.Get, out var path, out _) || path.ToString() == text.Get);
    }

    [Property(Arbitrary = [typeof(IdPropertyTests)])]
    public void A_run_id_that_is_made_can_be_read_and_knows_its_kind(Kind kind, DateTimeOffset at, PositiveInt number)
    {
        var commit = CommitId.Parse(new string('c', 40));
        var id = RunId.Create(kind.Text, at, commit, number.Get % 999_999 + 1);
        Assert.Equal(id, RunId.Parse(id.Text));
        Assert.Equal(kind.Text, id.Kind);
        Assert.Contains(RunId.Base8(commit), id.Text, StringComparison.Ordinal);
    }

    [Property]
    public void A_commit_id_never_begins_with_a_hyphen_and_has_one_of_two_lengths(NonNull<string> text) =>
        Assert.False(CommitId.TryParse("-" + text.Get, out _));

    [Property(Arbitrary = [typeof(IdPropertyTests)])]
    public void A_plain_path_is_accepted_and_an_escape_put_into_it_is_not(PlainPath path, NonNegativeInt at)
    {
        Assert.True(RelativePath.TryParse(path.Text, out _, out _));
        var segments = path.Text.Split('/').ToList();
        foreach (var attack in new[] { "..", ".", "", ".git", ".GIT", "nul", "COM1.txt", "x:", "x ", "x.", "a\\b", "\u0001" })
        {
            var attacked = segments.ToList();
            attacked.Insert(at.Get % (segments.Count + 1), attack);
            Assert.False(RelativePath.TryParse(string.Join('/', attacked), out _, out var reason));
            Assert.NotEmpty(reason);
        }
    }

    [Theory]
    [InlineData("factory_20260218_131510_6339cf02_001", true)]
    [InlineData("my-kind_2_20260218_131510_6339cf02_1000", true)]
    [InlineData("factory_20260218_131510_6339CF02_001", false)]
    [InlineData("factory_20260218_131510_6339cf02_01", false)]
    [InlineData("factory_20260218_131510_6339cf02_001\n", false)]
    [InlineData("../factory_20260218_131510_6339cf02_001", false)]
    [InlineData("Factory_20260218_131510_6339cf02_001", false)]
    public void A_run_id_has_exactly_the_form_of_the_contract(string text, bool accepted) => Assert.Equal(accepted, RunId.TryParse(text, out _));

    [Theory]
    [InlineData("A_worker", true)]
    [InlineData("a", true)]
    [InlineData("x-1", true)]
    [InlineData("1a", false)]
    [InlineData("-a", false)]
    [InlineData("a.b", false)]
    [InlineData("é", false)]
    [InlineData("LPT1", false)]
    [InlineData("Z_Integrator", false)]
    [InlineData("attestations", false)]
    public void A_worker_id_is_a_safe_folder_name(string text, bool accepted) => Assert.Equal(accepted, WorkerId.TryParse(text, out _));

    public sealed record Kind(string Text);

    public sealed record PlainPath(string Text);

    public static Arbitrary<Kind> Kinds() => Gen.Elements("factory", "a", "nightly-2", "with_20260218_131510_6339cf02_001", "x_y").Select(text => new Kind(text)).ToArbitrary();

    public static Arbitrary<PlainPath> Paths() =>
        Gen.Elements("src", "a.cs", ".hidden", "name with space", "ünïcode", "日本", "UPPER", "a-b_c", "com", "auxiliary", ".gitignore", "gitx")
            .NonEmptyListOf().Select(parts => new PlainPath(string.Join('/', parts.Take(8)))).ToArbitrary();
}
