using System.Text.Json;

namespace Factory.Core.Attestation;

/// <summary>One thing that a statement names with a digest.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Algorithm"><c>sha256</c>, <c>gitCommit</c> or <c>gitTree</c>.</param>
/// <param name="Digest">Lower-case hex.</param>
/// <param name="Annotations">Further facts.</param>
public sealed record DescribedResource(string Name, string Algorithm, string Digest, IReadOnlyDictionary<string, object?> Annotations);

/// <summary>
/// A run's provenance: an in-toto Statement v1 with a SLSA Provenance v1 predicate, one spelling for one content. The choice
/// of fields is explained in docs/decisions/provenance.md.
/// </summary>
public sealed class ProvenanceStatement
{
    /// <summary>The type of the statement.</summary>
    public const string StatementType = "https://in-toto.io/Statement/v1";
    /// <summary>The type of the predicate.</summary>
    public const string PredicateType = "https://slsa.dev/provenance/v1";
    /// <summary>What kind of build it is, and so how the parameters are read.</summary>
    public const string BuildType = "https://factory.invalid/buildtypes/run/v1";
    /// <summary>The name of the subject that is the integrated commit.</summary>
    public const string IntegratedCommitName = "integrated_commit";
    /// <summary>The name of the subject that is its tree.</summary>
    public const string IntegratedTreeName = "integrated_tree";

    private ProvenanceStatement(IReadOnlyDictionary<string, object?> content) => Content = content;

    /// <summary>The whole statement as plain values.</summary>
    public IReadOnlyDictionary<string, object?> Content { get; }

    /// <summary>The predicate as one line of JSON with a final LF, for tools that make the statement themselves.</summary>
    public byte[] PredicateBytes => CanonicalDocument.Write(Content["predicate"]);

    /// <summary>The bytes that are signed.</summary>
    public byte[] ToBytes() => CanonicalDocument.Write(Content, hasLineFeed: false);

    /// <summary>The subjects.</summary>
    public IReadOnlyList<DescribedResource> Subjects => Resources(Content["subject"]);

    /// <summary>The files beside the subjects: manifests, the ledger's extract, what each worker's STATUS.json stands for.</summary>
    public IReadOnlyList<DescribedResource> Byproducts => Resources(Object(Predicate, "runDetails")["byproducts"]);

    /// <summary>The run.</summary>
    public string RunId => Text(Object(Object(Predicate, "runDetails"), "metadata"), "invocationId");

    /// <summary>The base commit, or null.</summary>
    public string? BaseCommit => Resources(Object(Predicate, "buildDefinition")["resolvedDependencies"]).FirstOrDefault(one => one.Algorithm == "gitCommit")?.Digest;

    /// <summary>The base commit's tree, or null.</summary>
    public string? BaseTree => Resources(Object(Predicate, "buildDefinition")["resolvedDependencies"]).FirstOrDefault(one => one.Algorithm == "gitCommit")?.Annotations.GetValueOrDefault("tree") as string;

    /// <summary>Links, pipes and the like that lay in the bundles and that no digest can cover, with their kind.</summary>
    public IReadOnlyDictionary<string, string> Uncovered => Object(Object(Predicate, "buildDefinition"), "internalParameters").GetValueOrDefault("uncovered") is IReadOnlyDictionary<string, object?> map
        ? map.ToDictionary(pair => pair.Key, pair => pair.Value as string ?? "", StringComparer.Ordinal)
        : new Dictionary<string, string>();

    /// <summary>The integrated commit, or null when there is none.</summary>
    public string? IntegratedCommit => Subjects.FirstOrDefault(one => one is { Name: IntegratedCommitName, Algorithm: "gitCommit" })?.Digest;

    /// <summary>The integrated tree, or null when there is none.</summary>
    public string? IntegratedTree => Subjects.FirstOrDefault(one => one is { Name: IntegratedTreeName, Algorithm: "gitTree" })?.Digest;

    private IReadOnlyDictionary<string, object?> Predicate => Object(Content, "predicate");

    internal static ProvenanceStatement Of(IReadOnlyDictionary<string, object?> content) => new(content);

    /// <summary>Reads a statement strictly: every field that Factory relies on must be there and of its type.</summary>
    /// <exception cref="FormatException">It is not a statement of Factory; the message says why.</exception>
    public static ProvenanceStatement Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var statement = new ProvenanceStatement(CanonicalDocument.Read(utf8) as IReadOnlyDictionary<string, object?> ?? throw new FormatException("the statement is not an object"));
            Require(statement.Content, "_type", StatementType);
            Require(statement.Content, "predicateType", PredicateType);
            Require(Object(statement.Predicate, "buildDefinition"), "buildType", BuildType);
            _ = (statement.RunId, statement.BaseCommit, statement.Uncovered, statement.Byproducts, Text(Object(Object(statement.Predicate, "runDetails"), "builder"), "id"));
            if (statement.Subjects.GroupBy(one => one.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice) throw new FormatException($"the statement names the subject {twice.Key} twice");
            return statement.ToBytes().AsSpan().SequenceEqual(utf8.Span) ? statement : throw new FormatException("the statement is not spelled as Factory writes it");
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"the statement cannot be read: {error.Message}", error);
        }
    }

    private static IReadOnlyList<DescribedResource> Resources(object? value) =>
        [.. (value as IEnumerable<object?> ?? throw new FormatException("the statement has no list where one belongs")).Select(Resource)];

    private static DescribedResource Resource(object? value)
    {
        var resource = value as IReadOnlyDictionary<string, object?> ?? throw new FormatException("the statement names something without a description");
        var digest = Object(resource, "digest");
        if (digest.Count != 1) throw new FormatException("the statement names something without exactly one digest");
        var (algorithm, hex) = digest.First();
        return new DescribedResource(
            resource.GetValueOrDefault("name") as string ?? "",
            algorithm,
            hex as string is { Length: 40 or 64 } text && text.All(char.IsAsciiHexDigitLower) ? text : throw new FormatException("the statement has a digest that is not 40 or 64 lower-case hex digits"),
            resource.GetValueOrDefault("annotations") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>());
    }

    private static IReadOnlyDictionary<string, object?> Object(IReadOnlyDictionary<string, object?> parent, string name) =>
        parent.GetValueOrDefault(name) as IReadOnlyDictionary<string, object?> ?? throw new FormatException($"the statement has no {name}");

    private static string Text(IReadOnlyDictionary<string, object?> parent, string name) =>
        parent.GetValueOrDefault(name) as string ?? throw new FormatException($"the statement has no {name}");

    private static void Require(IReadOnlyDictionary<string, object?> parent, string name, string expected)
    {
        if (Text(parent, name) != expected) throw new FormatException($"the statement's {name} is '{Text(parent, name)}', not {expected}");
    }
}
