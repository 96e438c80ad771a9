using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Contracts;

/// <summary>A document that a worker wrote wrongly is refused in the contract's words.</summary>
public sealed class DocumentFaultTests
{
    [Theory]
    [InlineData("""{"schema_version":2}""", "'run_id', 'owner', 'changes' are missing")]
    [InlineData("""{"schema_version":2,"run_id":"x","owner":"a"}""", "'changes' is missing")]
    [InlineData("""{"schema_version":2,"run_id":5,"owner":"a","changes":[]}""", "run_id: expected a text (line 1)")]
    [InlineData("""{"schema_version":"2","run_id":"x","owner":"a","changes":[]}""", "schema_version: expected a whole number")]
    [InlineData("""{"schema_version":2,"run_id":"x","owner":"a","changes":{}}""", "changes: expected an array")]
    [InlineData("""{"schema_version":2,"run_id":"x","owner":"a","changes":[7]}""", "changes[0]: expected an object")]
    [InlineData("""{"schema_version":2,"run_id":"x","owner":"a","changes":[],"more":1}""", "there is no field 'more'")]
    [InlineData("""{"schema_version":2,"run_id":"x","owner":"a","owner":"a","changes":[]}""", "'owner' appears twice")]
    [InlineData("""{"schema_version":2,"run_id":"x","owner":"a","changes":[{"path":"x","change_type":"foo","reason":"","sha256":null}]}""", "changes[0].change_type: expected one of added, modified")]
    [InlineData("""{"schema_version":2,"run_id":null,"owner":"a","changes":[]}""", "run_id")]
    [InlineData("[]", "expected an object")]
    [InlineData("{bad", "'b' is an invalid start")]
    public void The_field_and_what_it_must_be_are_named_and_no_type_of_the_program(string text, string words)
    {
        var message = Assert.ThrowsAny<JsonException>(() => DocumentRules.Read<FilesChangedDocument>(Encoding.UTF8.GetBytes(text))).Message;
        Assert.Contains(words, message, StringComparison.Ordinal);
        foreach (var name in (string[])["Factory.", "System.", ".NET", "BytePosition"]) Assert.DoesNotContain(name, message, StringComparison.Ordinal);
    }
}
