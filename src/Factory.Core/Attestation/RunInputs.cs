using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Factory.Core.Configuration;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation;

/// <summary>
/// RUN_INPUTS.json: what a run was started with, as its provenance tells it later. It is written when the run is made, and
/// its digest goes into the ledger with the run's first event. Values of workers' variables are never written, nor a secret
/// that a rule recognises in a command or an address.
/// </summary>
/// <param name="Content">The document as plain values.</param>
public sealed record RunInputs(IReadOnlyDictionary<string, object?> Content)
{
    /// <summary>The name of the file, in the run's folder.</summary>
    public const string FileName = "RUN_INPUTS.json";

    /// <summary>The name of its digest in the hashes of RUN_START.</summary>
    public const string HashName = "inputs_sha256";

    /// <summary>The version of Factory that is running.</summary>
    public static string FactoryVersion { get; } =
        typeof(RunInputs).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Describes a run that is about to start.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="config">The configuration in force.</param>
    /// <param name="root">The repository's root, absolute.</param>
    /// <param name="baseTree">The tree of the base commit.</param>
    /// <param name="repository">The repository's address, or null.</param>
    /// <param name="builder">Who runs it; see <see cref="BuilderId"/>.</param>
    /// <param name="redact">Takes the secrets out of a text.</param>
    /// <exception cref="IOException">The configuration file cannot be read.</exception>
    public static RunInputs Describe(RunId runId, FactoryConfig config, string root, CommitId baseTree, string? repository, string builder, Func<string, string> redact) => new(new Dictionary<string, object?>
    {
        ["schema_version"] = ContractVersion.Schema,
        ["run_id"] = runId.Text,
        ["base_tree"] = baseTree.Hex,
        ["builder_id"] = builder,
        ["factory_version"] = FactoryVersion,
        ["repository"] = repository is null ? null : redact(repository),
        ["config"] = EffectiveConfig.Describe(config, redact),
        ["config_source"] = config.Source is { } file ? SourceOf(file, root) : null,
    });

    /// <summary>The document's bytes.</summary>
    public byte[] ToBytes() => CanonicalDocument.Write(Content);

    /// <summary>Reads the document.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static RunInputs Parse(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            return new RunInputs(CanonicalDocument.Read(utf8) as Dictionary<string, object?> ?? throw new FormatException($"{FileName} is not an object"));
        }
        catch (JsonException error)
        {
            throw new FormatException($"{FileName} is not JSON: {error.Message}", error);
        }
    }

    // A file outside the repository is named without its folder, which tells who the user is and nothing else.
    private static Dictionary<string, object?> SourceOf(string file, string root)
    {
        var relative = Path.GetRelativePath(root, file).Replace('\\', '/');
        var isInside = !relative.StartsWith("../", StringComparison.Ordinal) && !Path.IsPathRooted(relative);
        using var stream = File.OpenRead(file);
        return new Dictionary<string, object?>
        {
            ["path"] = isInside ? relative : Path.GetFileName(file),
            ["is_in_repository"] = isInside,
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(stream)),
        };
    }
}
