using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;
using Newtonsoft.Json.Schema;

namespace Factory.Core.Tests.Contracts;

/// <summary>Decoder and schema accept and reject the same documents; thousands of them, in few validations.</summary>
public sealed class SchemaAgreementTests
{
    private static readonly byte[] Manifest = FactoryJson.Write(SampleDocuments.Manifest);

    [Fact]
    public void Of_a_status() => Agree<StatusDocument>(SampleDocuments.Status, (bundle, utf8) => bundle with { Status = utf8 });

    [Fact]
    public void Of_a_list_of_changes() => Agree<FilesChangedDocument>(SampleDocuments.FilesChanged, (bundle, utf8) => bundle with { FilesChanged = utf8 });

    [Fact]
    public void Of_a_scope_lock() => Agree<ScopeLockDocument>(SampleDocuments.ScopeLock, (bundle, utf8) => bundle with { ScopeLock = utf8 });

    [Fact]
    public void Of_a_handoff_note() => Agree<HandoffNoteDocument>(SampleDocuments.HandoffNote, (bundle, utf8) => bundle with { HandoffNote = utf8 });

    [Fact]
    public void Of_an_index_of_logs() => Agree<LogsIndexDocument>(SampleDocuments.LogsIndex, (bundle, utf8) => bundle with { LogsIndex = utf8 });

    [Fact]
    public void Of_a_manifest()
    {
        // A run has one manifest; to judge many in one validation, they stand in a list of their own.
        var cases = Mutations.Of(Manifest).ToList();
        var schema = JSchema.Parse(
            """{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "array", "items": {"$ref": "https://factory.invalid/schemas/run_manifest.schema.json"}}""", SchemaGate.CreateResolver());
        var all = Encoding.UTF8.GetBytes($"[{string.Join(',', cases.Select(one => ContractDocuments.Explain(one.Utf8) is null ? Encoding.UTF8.GetString(one.Utf8) : "null"))}]");
        var refused = SchemaGate.Validate(all, schema).Select(problem => problem.Path).ToList();
        Compare<RunManifestDocument>(cases, index => refused.Exists(path => path == $"[{index}]" || path.StartsWith($"[{index}].", StringComparison.Ordinal)));
    }

    private static void Agree<T>(T sample, Func<BundleDocuments, byte[], BundleDocuments> place) where T : class
    {
        var cases = Mutations.Of(FactoryJson.Write(sample)).ToList();
        var bundles = cases.Select((one, index) => place(SampleDocuments.Bundle($"case{index}"), one.Utf8));
        var refused = SchemaGate.Validate(ContractDocuments.Combine(Manifest, bundles)).Select(problem => problem.Document!.Split('/')[0]).ToHashSet(StringComparer.Ordinal);
        Compare<T>(cases, index => refused.Contains($"case{index}"));
    }

    private static void Compare<T>(List<(string What, byte[] Utf8)> cases, Func<int, bool> isRefusedBySchema) where T : class
    {
        Assert.InRange(cases.Count, 200, 5000);
        Assert.False(isRefusedBySchema(0), "the untouched document is refused");
        var differences = cases.Index()
            .Select(one => (one.Item.What, Schema: isRefusedBySchema(one.Index), Decoder: IsRefused<T>(one.Item.Utf8)))
            .Where(one => one.Schema != one.Decoder)
            .Select(one => $"{one.What} (schema {(one.Schema ? "refuses" : "accepts")})");
        Assert.Equal("", string.Join("; ", differences));
        Assert.True(cases.Index().Count(one => isRefusedBySchema(one.Index)) > cases.Count / 2);
    }

    private static bool IsRefused<T>(byte[] utf8) where T : class
    {
        try
        {
            DocumentRules.Read<T>(utf8);
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }
}
