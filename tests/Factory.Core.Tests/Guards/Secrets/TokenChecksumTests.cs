using Factory.Core.Guards.Secrets;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Secrets;

public sealed class TokenChecksumTests
{
    [Fact]
    public void The_example_that_GitHub_s_format_is_explained_with_has_its_checksum() =>
        Assert.Equal("0mLq17", TokenChecksum.Of("zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ"));

    [Property]
    public void A_token_with_one_other_character_has_another_checksum(int seed, byte at)
    {
        var random = new Random(seed);
        var token = ("gh" + "p_" + SecretSamples.Checked(random)).ToCharArray();
        Assert.True(TokenChecksum.IsRight(token));
        ref var changed = ref token[4 + (at % 30)];
        changed = changed == 'a' ? 'b' : 'a';
        Assert.False(TokenChecksum.IsRight(token));
    }
}
