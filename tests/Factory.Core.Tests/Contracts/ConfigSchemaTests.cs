using System.Text;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Tests.Configuration;
using Newtonsoft.Json.Schema;

namespace Factory.Core.Tests.Contracts;

public sealed class ConfigSchemaTests
{
    private static readonly Lazy<JSchema> Schema = new(() => SchemaGate.Load("factory_config"));

    private static bool IsValid(string text) => SchemaGate.Validate(Encoding.UTF8.GetBytes(text), Schema.Value).Count == 0;

    [Fact]
    public void The_starter_file_is_of_its_schema() => Assert.True(IsValid(ConfigTemplate.Text));

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"run": {"base_rev": "HEAD"}}""", false)]
    [InlineData("""{"run": {"base_ref": "-x"}}""", false)]
    [InlineData("""{"run": {"kind": "Nightly"}}""", false)]
    [InlineData("""{"run": {"branch_prefix": "a..b"}}""", false)]
    [InlineData("""{"run": {"max_parallel": 1025}}""", false)]
    [InlineData("""{"schema_version": 3}""", false)]
    [InlineData("""{"workers": {"definitions": [{"id": "A", "command": ["git", ""]}]}}""", true)]
    [InlineData("""{"workers": {"definitions": [{"id": "A", "command": []}]}}""", false)]
    [InlineData("""{"workers": {"definitions": [{"id": "A", "command": [""]}]}}""", false)]
    [InlineData("""{"workers": {"definitions": [{"id": "A", "command": ["git"], "timeout_seconds": 0}]}}""", false)]
    [InlineData("""{"workers": {"definitions": [{"id": "Z_integrator", "command": ["git"]}]}}""", false)]
    [InlineData("""{"workers": {"definitions": [{"id": "A", "command": ["git"]}], "allowlist_globs": {"A": ["src/[a]"]}}}""", false)]
    [InlineData("""{"workers": {"definitions": [{"id": "A", "command": ["git"]}], "allowlist_globs": {"A": ["a", "src/**", "x/"]}}}""", true)]
    [InlineData("""{"integration": {"on_failure": "warn"}}""", false)]
    [InlineData("""{"attestation": {"key": null}}""", true)]
    [InlineData("""{"feature_flags": {"x": true}}""", false)]
    public void Reader_and_schema_agree(string text, bool valid)
    {
        Assert.Equal(valid, IsValid(text));
        Assert.Equal(valid, ConfigSample.Read(text).Problems.Count == 0);
    }
}
