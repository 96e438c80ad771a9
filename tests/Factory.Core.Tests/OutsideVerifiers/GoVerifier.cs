using System.Text.Json;

namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>golang.org/x/mod/sumdb, note and tlog, over checkpoints and proofs.</summary>
internal static class GoVerifier
{
    private const string Packages = "/usr/share/gocode";
    private static readonly Lazy<string> Program = new(Build);

    /// <summary>What it says of each case: <c>ok SIZE</c> or <c>bad REASON</c>.</summary>
    /// <param name="publicKey">SubjectPublicKeyInfo.</param>
    /// <param name="name">The log's origin, which is also the key's name.</param>
    /// <param name="kind">note, inclusion or consistency.</param>
    /// <param name="cases">The contents that the kind asks for, by name; see tests/outside-verifiers/go.</param>
    public static IReadOnlyList<string> Check(ReadOnlyMemory<byte> publicKey, string name, string kind, IEnumerable<IReadOnlyDictionary<string, byte[]>> cases)
    {
        var common = new Dictionary<string, object> { ["key"] = publicKey.ToArray(), ["name"] = name, ["kind"] = kind };
        return OutsideProgram.Ask(Program.Value, [], [.. cases.Select(contents =>
            JsonSerializer.Serialize(new Dictionary<string, object>(common.Concat(contents.Select(pair => KeyValuePair.Create(pair.Key, (object)pair.Value))))))]);
    }

    private static string Build()
    {
        if (!Directory.Exists(Path.Combine(Packages, "src", "golang.org", "x", "mod", "sumdb", "tlog")))
            Assert.Skip("golang.org/x/mod is not installed as Debian's golang-golang-x-mod-dev: run tests/outside-verifiers/install.sh");
        var program = Path.Combine(AppContext.BaseDirectory, "factory-verify");
        var environment = new Dictionary<string, string>
        {
            ["GO111MODULE"] = "off",
            ["GOPATH"] = Packages,
            ["GOFLAGS"] = "",
            ["GOCACHE"] = Path.Combine(AppContext.BaseDirectory, "go-cache"),
        };
        OutsideProgram.Run("go", ["build", "-o", program, "."], environment: environment, folder: Path.Combine(OutsideProgram.Folder, "go", "factory-verify"));
        return program;
    }
}
