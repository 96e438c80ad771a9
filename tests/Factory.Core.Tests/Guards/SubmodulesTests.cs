using Factory.Core.Guards;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards;

public sealed class SubmodulesTests
{
    private static readonly string[] Parts = ["https://", "ssh://", "file://", "ext::", "fd::", "/", "../", "./", "-", "--upload-pack=", "C:\\", "host", "user@host:", ":", "::", "%0a", "\n", "path", ".git"];

    [Property(MaxTest = 1000)]
    public Property No_address_that_passes_runs_a_program_or_names_a_place_on_this_machine() => Prop.ForAll(Gen.Elements(Parts).NonEmptyListOf().Select(string.Concat).ToArbitrary(), url =>
    {
        if (Submodules.Explain($"submodule.x.url\n{url}") is not null) return;
        Assert.DoesNotContain("::", url, StringComparison.Ordinal);
        Assert.False(url[0] is '-' or '/' or '\\', url);
        Assert.False(url.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("C:", StringComparison.Ordinal), url);
        Assert.DoesNotContain(url, char.IsControl);
    });

    [Property(MaxTest = 500)]
    public Property Only_an_update_that_git_does_itself_passes() => Prop.ForAll(Gen.Elements("checkout", "rebase", "merge", "none", "!sh -c x", "Checkout", "", "checkout ").ToArbitrary(), update =>
        Assert.Equal(update is "checkout" or "rebase" or "merge" or "none", Submodules.Explain($"submodule.x.update\n{update}") is null));

    [Property(MaxTest = 500, Arbitrary = [typeof(AttackPathTests)])]
    public void A_name_with_a_step_upwards_is_refused(NonEmptyString inner)
    {
        var name = inner.Get.Replace("\n", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal);
        Assert.NotNull(Submodules.Explain($"submodule.{name}/../{name}.path\nx"));
        Assert.NotNull(Submodules.Explain($"submodule.../{name}.url\nhttps://host/x"));
    }
}
