using Factory.Core.Attestation;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline.Records;

/// <summary>Writes RUN_INPUTS.json when a run is made.</summary>
public static class RunInputsFile
{
    /// <summary>Writes it.</summary>
    /// <returns>Its digest, for the hashes of RUN_START.</returns>
    public static async Task<IReadOnlyDictionary<string, string>> WriteAsync(RunSession session, CancellationToken cancellationToken)
    {
        var ground = session.Ground;
        var remote = await ground.Repository.RunAsync(new GitCall("config", "--get", "remote.origin.url"), cancellationToken).ConfigureAwait(false);
        var address = remote.ExitCode == 0 ? SourceUri.Of(remote.Text) : null;
        var content = RunInputs.Describe(session.Folder.Id, ground.Config, ground.Repository.Root, ground.BaseTree, address, BuilderId.Of(session.Environment), session.Redactor.Redact).ToBytes();
        await session.Files.WriteAsync(Path.Combine(session.Folder.Path, RunInputs.FileName), content).ConfigureAwait(false);
        return new Dictionary<string, string> { [RunInputs.HashName] = FileDigest.Of(content) };
    }
}
