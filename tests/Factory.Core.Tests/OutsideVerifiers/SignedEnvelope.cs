using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Factory.Core.Attestation;
using Factory.Core.Contracts;

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

    /// <summary>An envelope as Factory signs it.</summary>
    public static SignedEnvelope Make()
    {
        using var key = new SigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256));
        var payload = """{"_type":"https://in-toto.io/Statement/v1","predicate":{},"predicateType":"https://slsa.dev/provenance/v1","subject":[]}"""u8;
        return new SignedEnvelope(key.Public.SubjectPublicKeyInfo.ToArray(), DsseEnvelope.Sign(DsseEnvelope.InTotoType, payload.ToArray(), key).ToLine());
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
