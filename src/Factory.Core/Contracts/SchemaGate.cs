using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Schema;

namespace Factory.Core.Contracts;

/// <summary>One way in which a document breaks its schema.</summary>
/// <param name="Path">The JSON path inside the document; empty for the whole.</param>
/// <param name="Line">The line, from 1, when it is known.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Document">The file, relative to the run's folder, when it is known.</param>
public sealed record SchemaProblem(string Path, int? Line, string Message, string? Document = null);

/// <summary>
/// Holds a run's documents against the published schemas. The validator allows 1,000 validations an hour in one process
/// without a licence key, so a run is validated once, as one document (<see cref="ContractDocuments.Combine"/>). What the
/// validator cannot judge is a problem, never a pass.
/// </summary>
public static class SchemaGate
{
    /// <summary>The environment variable that holds a licence key of Newtonsoft.Json.Schema.</summary>
    public const string LicenseVariable = "NEWTONSOFT_JSON_SCHEMA_LICENSE";

    /// <summary>What to do when the validator itself refuses to work.</summary>
    public const string Remedy = $"Set {LicenseVariable} to a valid key or to nothing, or start a new process.";

    private const int DeepestDocument = 64;
    private static readonly Lazy<JSchema> RunDocuments = new(() => Load("run_documents"));

    /// <summary>Loads the schemas in the background, so that the first validation need not wait for them.</summary>
    public static Task WarmUp() => Task.Run(() => RunDocuments.Value);

    /// <summary>Validates a run; an empty list means that every document is there and of its schema.</summary>
    public static IReadOnlyList<SchemaProblem> Validate(CombinedDocuments documents) =>
        [.. documents.Problems, .. Validate(documents.Utf8).Select(documents.Locate).OfType<SchemaProblem>()];

    /// <summary>Validates a document of the schema <c>run_documents</c>.</summary>
    public static IReadOnlyList<SchemaProblem> Validate(ReadOnlyMemory<byte> combinedUtf8) => Guarded(() => Validate(combinedUtf8, RunDocuments.Value));

    /// <summary>Validates a configuration file.</summary>
    public static IReadOnlyList<SchemaProblem> ValidateConfig(ReadOnlyMemory<byte> utf8) => Guarded(() => Validate(utf8, Load("factory_config")));

    private static IReadOnlyList<SchemaProblem> Guarded(Func<IReadOnlyList<SchemaProblem>> validate)
    {
        try
        {
            return validate();
        }
        catch (JSchemaException error)
        {
            return [new("", null, $"the schemas could not be applied, so nothing is known to be valid: {error.Message} {Remedy}")];
        }
    }

    /// <summary>Reads one embedded schema, for example <c>worker_status</c>.</summary>
    internal static JSchema Load(string name)
    {
        if (Environment.GetEnvironmentVariable(LicenseVariable) is { Length: > 0 } key) License.RegisterLicense(key);
        return JSchema.Parse(Text($"schemas/{name}.schema.json"), CreateResolver());
    }

    /// <summary>Finds the embedded schemas by their ids, and nothing on the network.</summary>
    internal static JSchemaResolver CreateResolver()
    {
        var resolver = new JSchemaPreloadedResolver();
        foreach (var resource in typeof(SchemaGate).Assembly.GetManifestResourceNames())
            if (resource.StartsWith("schemas/", StringComparison.Ordinal)) resolver.Add(new Uri($"https://factory.invalid/{resource}"), Text(resource));
        return resolver;
    }

    internal static IReadOnlyList<SchemaProblem> Validate(ReadOnlyMemory<byte> utf8, JSchema schema)
    {
        // The validator's own reader takes comments, single quotes and half a document for JSON.
        if (ContractDocuments.Explain(utf8) is { } problem) return [problem];
        try
        {
            return Apply(schema, Encoding.UTF8.GetString(utf8.Span));
        }
        catch (JsonReaderException error)
        {
            return [new(error.Path ?? "", error.LineNumber, $"the document is not JSON: {error.Message}")];
        }
    }

    private static List<SchemaProblem> Apply(JSchema schema, string json)
    {
        var problems = new List<SchemaProblem>();
        using var text = new JsonTextReader(new StringReader(json)) { DateParseHandling = DateParseHandling.None, MaxDepth = DeepestDocument };
        using var reader = new JSchemaValidatingReader(text) { Schema = schema };
        reader.ValidationEventHandler += (_, found) => problems.AddRange(Leaves(found.ValidationError).Select(Describe));
        while (reader.Read())
            // To a schema 2.0 is an integer; the documents hold plain ones only, and their decoders read no other.
            if (reader.TokenType == JsonToken.Float) problems.Add(new(reader.Path, text.LineNumber, $"expected a whole number without fraction or exponent, found {reader.Value}"));
        return problems;
    }

    private static SchemaProblem Describe(ValidationError error) => new(error.Path ?? "", error.LineNumber > 0 ? error.LineNumber : null, error.Message);

    // A reference only says that something behind it failed; what failed is below.
    private static IEnumerable<ValidationError> Leaves(ValidationError error) =>
        error.ChildErrors.Count == 0 ? [error] : error.ChildErrors.SelectMany(Leaves);

    private static string Text(string resource)
    {
        using var stream = typeof(SchemaGate).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"the build lacks the resource {resource}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
