using System.Text;
using Factory.Core.Guards.Artifacts;
using FsCheck.Xunit;

namespace Factory.Core.Tests.Guards.Artifacts;

public sealed class ArtifactKindTests
{
    [Theory]
    [InlineData("a.exe", "4D5A9000030000000400", "Windows")]
    [InlineData("innocent.txt", "4D5A9000030000000400", "Windows")]
    [InlineData("tool", "7F454C460201010000", "ELF")]
    [InlineData("tool", "CFFAEDFE0C000001", "Mach-O")]
    [InlineData("tool", "FEEDFACE00000001", "Mach-O")]
    [InlineData("tool", "CAFEBABE00000002010000", "universal Mach-O")]
    [InlineData("A.class", "CAFEBABE000000340010", "Java class")]
    [InlineData("classes.dex", "6465780A30333500", "Android")]
    [InlineData("a.wasm", "0061736D01000000", "WebAssembly")]
    [InlineData("a.bc", "4243C0DE3514", "LLVM")]
    [InlineData("libx.a", "213C617263683E0A", "object files")]
    [InlineData("x.rpm", "EDABEEDB0300", "RPM")]
    [InlineData("x.cab", "4D534346000000001234", "cabinet")]
    [InlineData("x.msi", "D0CF11E0A1B11AE10000", "installer")]
    [InlineData("x.jar", "504B03041400", "package")]
    [InlineData("x.zip", "504B030414000000000000000000000000000000000000000000090000004D4554412D494E462F4D414E49464553542E4D46", "package")]
    [InlineData("x.cpython-312.pyc", "CB0D0D0A00000000", "Python")]
    public void A_program_is_known_by_its_first_bytes(string path, string hex, string words) =>
        Assert.Contains(words, ArtifactKind.Explain(path, "100644", Head(Convert.FromHexString(hex))), StringComparison.Ordinal);

    [Theory]
    [InlineData("run.sh", "#!/bin/sh\necho hello\n")]
    [InlineData("run.ps1", "Write-Output 1\n")]
    [InlineData("MZ.txt", "MZ are two letters\n")]
    [InlineData("a.exe", "")]
    [InlineData("cafe.txt", "caf\u00e9 babe\n")]
    public void A_script_and_a_text_are_none_and_may_have_the_executable_bit(string path, string text) =>
        Assert.Null(ArtifactKind.Explain(path, "100755", Head(Encoding.UTF8.GetBytes(text))));

    [Theory]
    [InlineData("a.png", "89504E470D0A1A0A0000000D")]
    [InlineData("report.doc", "D0CF11E0A1B11AE10000")]
    [InlineData("data.zip", "504B03041400000000000000000000000000000000000000000005000000000061")]
    [InlineData("data.gz", "1F8B080000000000")]
    public void Other_binary_files_are_none_unless_they_have_the_executable_bit(string path, string hex)
    {
        Assert.Null(ArtifactKind.Explain(path, "100644", Head(Convert.FromHexString(hex))));
        Assert.Contains("executable bit", ArtifactKind.Explain(path, "100755", Head(Convert.FromHexString(hex))), StringComparison.Ordinal);
    }

    [Property]
    public void No_bytes_break_it(byte[] bytes, bool isBinary) => ArtifactKind.Explain("a.jar", "100755", new FileHead(bytes, isBinary));

    private static FileHead Head(byte[] bytes) => new(bytes, bytes.Contains((byte)0));
}
