using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Factory.Core.Tests.OutsideVerifiers;

/// <summary>A DSSE envelope file and the key that signed it, read by nothing of Factory's.</summary>
/// <param name="PublicKey">SubjectPublicKeyInfo.</param>
/// <param name="File">The file.</param>
internal sealed record SignedEnvelope(byte[] PublicKey, byte[] File)
{
    /// <summary>What the signature covers, put together here by the words of the specification.</summary>
    public byte[] PreAuthenticationEncoding
    {
        get
        {
            var (type, payload) = (Field("payloadType"), Convert.FromBase64String(Field("payload")));
            var head = string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {payload.Length} ");
            return [.. Encoding.UTF8.GetBytes(head), .. payload];
        }
    }

    /// <summary>The signature, DER.</summary>
    public byte[] Signature => Convert.FromBase64String(Root().GetProperty("signatures")[0].GetProperty("sig").GetString()!);

    /// <summary>An envelope that a test signs by hand.</summary>
    public static SignedEnvelope Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = key.ExportSubjectPublicKeyInfo();
        var payload = Encoding.UTF8.GetBytes("""{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"https://slsa.dev/provenance/v1","subject":[]}""");
        const string Type = "application/vnd.in-toto+json";
        var signature = key.SignData([.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {Type.Length} {Type} {payload.Length} ")), .. payload], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var line = $$"""{"payload":"{{Convert.ToBase64String(payload)}}","payloadType":"{{Type}}","signatures":[{"keyid":"{{Convert.ToHexStringLower(SHA256.HashData(publicKey))}}","sig":"{{Convert.ToBase64String(signature)}}"}]}""" + "\n";
        return new SignedEnvelope(publicKey, Encoding.UTF8.GetBytes(line));
    }

    /// <summary>Where the digits of a field's base64 are in the file, without the last four, which may carry spare bits.</summary>
    public (int From, int Length) DigitsOf(string field)
    {
        var marker = Encoding.UTF8.GetBytes($"\"{field}\":\"");
        var from = File.AsSpan().IndexOf(marker) + marker.Length;
        return (from, File.AsSpan(from).IndexOf((byte)'"') - 4);
    }

    /// <summary>Where the characters of the payload's type are.</summary>
    public (int From, int Length) TypeRange()
    {
        var (from, length) = DigitsOf("payloadType");
        return (from, length + 4);
    }

    private string Field(string name) => Root().GetProperty(name).GetString()!;

    private JsonElement Root() => JsonDocument.Parse(File).RootElement;
}
