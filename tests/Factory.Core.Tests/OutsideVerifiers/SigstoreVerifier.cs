using System.Text.Json;

namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>@sigstore/verify from npm, over DSSE envelopes.</summary>
internal static class SigstoreVerifier
{
    /// <summary>What it says of each envelope file: <c>ok TYPE</c> or <c>bad REASON</c>.</summary>
    public static IReadOnlyList<string> Check(ReadOnlyMemory<byte> publicKey, IEnumerable<byte[]> envelopes)
    {
        var folder = Path.Combine(OutsideProgram.Folder, "node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "@sigstore", "verify")))
            Assert.Skip("@sigstore/verify is not installed: run tests/outside-verifiers/install.sh");
        var key = Convert.ToBase64String(publicKey.Span);
        return OutsideProgram.Ask("node", [Path.Combine(folder, "verify-envelope.js")],
            [.. envelopes.Select(envelope => JsonSerializer.Serialize(new Dictionary<string, string> { ["key"] = key, ["envelope"] = Convert.ToBase64String(envelope) }))]);
    }
}
