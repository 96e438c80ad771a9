using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Factory.Core.Contracts;

namespace Factory.Cli;

/// <summary>Writes the documents of the verbs that are no runs, in the form of all other documents.</summary>
internal static class CliJson
{
    private static readonly CliContext Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Writes a document and a final LF.</summary>
    public static void Write<T>(Stream stream, T document)
    {
        JsonSerializer.Serialize(stream, document, (JsonTypeInfo<T>)Context.GetTypeInfo(typeof(T))!);
        stream.WriteByte((byte)'\n');
    }
}

/// <summary><c>init</c>.</summary>
internal sealed record InitDocument(RunStatus Status, int ExitCode, string Path);

[JsonSerializable(typeof(InitDocument))]
internal sealed partial class CliContext : JsonSerializerContext;
