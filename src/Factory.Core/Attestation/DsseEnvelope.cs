using System.Globalization;
using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation;

/// <summary>One signature of an envelope.</summary>
/// <param name="KeyId">A hint at the key, which is never trusted: here SHA-256 of its SubjectPublicKeyInfo, lower-case hex.</param>
/// <param name="Signature">ECDSA, DER.</param>
public sealed record DsseSignature(string KeyId, ReadOnlyMemory<byte> Signature);

/// <summary>A DSSE v1 envelope: a payload, its type, and signatures over both (secure-systems-lab/dsse).</summary>
/// <param name="PayloadType">What the payload is.</param>
/// <param name="Payload">The exact bytes that are signed.</param>
/// <param name="Signatures">The signatures.</param>
public sealed record DsseEnvelope(string PayloadType, ReadOnlyMemory<byte> Payload, IReadOnlyList<DsseSignature> Signatures)
{
    /// <summary>The type of an in-toto statement.</summary>
    public const string InTotoType = "application/vnd.in-toto+json";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    /// <summary>The pre-authentication encoding, which is what a signature covers: <c>DSSEv1 LEN(type) type LEN(body) body</c>.</summary>
    public static byte[] Encode(string payloadType, ReadOnlySpan<byte> payload)
    {
        var type = Encoding.UTF8.GetBytes(payloadType);
        var head = string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {type.Length} {payloadType} {payload.Length} ");
        var headLength = Encoding.UTF8.GetByteCount(head);
        var encoded = new byte[headLength + payload.Length];
        Encoding.UTF8.GetBytes(head, encoded);
        payload.CopyTo(encoded.AsSpan(headLength));
        return encoded;
    }

    /// <summary>Signs a payload.</summary>
    public static DsseEnvelope Sign(string payloadType, ReadOnlyMemory<byte> payload, SigningKey key) =>
        new(payloadType, payload, [new DsseSignature(key.Public.Fingerprint, key.Sign(Encode(payloadType, payload.Span)))]);

    /// <summary>Whether a signature, by whatever key id, is that of the key over exactly these bytes.</summary>
    public bool IsSignedBy(VerifyingKey key)
    {
        var encoded = Encode(PayloadType, Payload.Span);
        return Signatures.Any(one => key.Verify(encoded, one.Signature.Span));
    }

    /// <summary>The envelope as one line of JSON: keys in ordinal order, a final LF.</summary>
    public byte[] ToLine() => CanonicalDocument.Write(new Dictionary<string, object?>
    {
        ["payload"] = Convert.ToBase64String(Payload.Span),
        ["payloadType"] = PayloadType,
        ["signatures"] = Signatures.Select(one => (object?)new Dictionary<string, object?> { ["keyid"] = one.KeyId, ["sig"] = Convert.ToBase64String(one.Signature.Span) }).ToList(),
    });

    /// <summary>Reads an envelope as <see cref="ToLine"/> writes it, and no other spelling of the same.</summary>
    /// <exception cref="FormatException">The bytes are not such a line.</exception>
    public static DsseEnvelope Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            var root = document.RootElement;
            var envelope = new DsseEnvelope(
                root.GetProperty("payloadType").GetString() ?? throw new FormatException("payloadType is null"),
                root.GetProperty("payload").GetBytesFromBase64(),
                [.. root.GetProperty("signatures").EnumerateArray().Select(one => new DsseSignature(one.GetProperty("keyid").GetString() ?? "", one.GetProperty("sig").GetBytesFromBase64()))]);
            // One spelling only: bytes that no signature covers carry nothing, and a change of any byte shows.
            return envelope.ToLine().AsSpan().SequenceEqual(utf8.Span) ? envelope : throw new FormatException("the envelope is not spelled as Factory writes it");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"the envelope is not DSSE in JSON: {error.Message}", error);
        }
    }
}
