using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Factory.Core.Contracts;

/// <summary>
/// The one way documents are written and read: snake_case names, indented, LF, no unknown, missing or duplicate members.
/// </summary>
public static class FactoryJson
{
    private static readonly DocumentContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
        // File names are read by people; the documents are never pasted into HTML.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>The document as UTF-8 with a final LF and no byte order mark.</summary>
    public static byte[] Write<T>(T document) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(document, Info<T>()), (byte)'\n'];

    /// <summary>Writes the document to a stream as it is made; for documents that may be larger than an array can be.</summary>
    public static void Write<T>(Stream stream, T document)
    {
        JsonSerializer.Serialize(stream, document, Info<T>());
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads a document strictly.</summary>
    /// <exception cref="JsonException">The text is not JSON of this document's schema; the message says where.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8) where T : class =>
        JsonSerializer.Deserialize(utf8, Info<T>()) ?? throw new JsonException("the document is null");

    private static JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)(Context.GetTypeInfo(typeof(T))
        ?? throw new NotSupportedException($"{typeof(T)} is not a document of Factory"));
}

[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(FilesChangedDocument))]
[JsonSerializable(typeof(ScopeLockDocument))]
[JsonSerializable(typeof(HandoffNoteDocument))]
[JsonSerializable(typeof(LogsIndexDocument))]
[JsonSerializable(typeof(RunManifestDocument))]
[JsonSerializable(typeof(RunResult))]
[JsonSerializable(typeof(LedgerQueryResult))]
[JsonSerializable(typeof(LedgerReplayResult))]
[JsonSerializable(typeof(LedgerVerification))]
[JsonSerializable(typeof(RunVerification))]
internal sealed partial class DocumentContext : JsonSerializerContext;
