using System.Text.Json;
using System.Text.Json.Serialization;

namespace Factory.Core.Guards.Secrets;

/// <summary>The maintained rules of <c>schemas/secret_rules.json</c>, which is built into the product.</summary>
public sealed class SecretRuleSet
{
    private const string Resource = "schemas/secret_rules.json";
    private static readonly Lazy<SecretRuleSet> Embedded = new(Load);

    private SecretRuleSet(SecretRulesDocument document)
    {
        Placeholders = document.Placeholders;
        var placeholders = new Placeholders(document.Placeholders, document.PlaceholderWords);
        Rules = [.. document.Rules.Select(entry => new SecretRule(entry, placeholders))];
    }

    /// <summary>The rules of this build.</summary>
    public static SecretRuleSet BuiltIn => Embedded.Value;

    /// <summary>The rules; where two find the same text, the first counts.</summary>
    public IReadOnlyList<SecretRule> Rules { get; }

    /// <summary>What makes a value an example and no secret, case ignored.</summary>
    public IReadOnlyList<string> Placeholders { get; }

    /// <summary>Reads the rules in the background, so that the first scan need not wait for them.</summary>
    public static Task WarmUp() => Task.Run(() => SecretScanner.BuiltIn);

    private static SecretRuleSet Load()
    {
        using var stream = typeof(SecretRuleSet).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the build lacks the resource {Resource}");
        return new SecretRuleSet(JsonSerializer.Deserialize(stream, SecretRulesJson.Default.SecretRulesDocument)!);
    }
}

/// <summary>The file of rules (schema: <c>secret_rules</c>).</summary>
internal sealed record SecretRulesDocument(
    [property: JsonPropertyName("$schema")] string? Schema, int SchemaVersion, IReadOnlyList<string> Placeholders, IReadOnlyList<string> PlaceholderWords, IReadOnlyList<SecretRuleEntry> Rules);

/// <summary>One rule of the file; <see cref="SecretRule"/> says what the members mean.</summary>
internal sealed record SecretRuleEntry(
    string Id,
    string Description,
    IReadOnlyList<string> Keywords,
    string Pattern,
    bool IgnoreCase = false,
    int Before = 0,
    int MinBefore = 0,
    IReadOnlyList<int>? Offsets = null,
    bool Assignment = false,
    int After = SecretRule.UsualReach,
    string Boundary = "both",
    bool Body = false,
    bool Mixed = false,
    double MinEntropy = 0,
    string? Checksum = null);

/// <summary>Reads the file of rules, strictly.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SecretRulesDocument))]
internal sealed partial class SecretRulesJson : JsonSerializerContext;
