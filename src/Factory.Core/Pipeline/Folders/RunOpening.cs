using System.Text.Json;
using Factory.Core.Attestation;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Pipeline.Records;
using Factory.Core.Repository;

namespace Factory.Core.Pipeline.Folders;

/// <summary>Makes new runs and takes up existing ones.</summary>
public static class RunOpening
{
    /// <summary>Makes a run: resolves everything first, then reserves the id and writes the manifest.</summary>
    public static async Task<RunSession> CreateAsync(RunRequest request, RunServices services, CancellationToken cancellationToken)
    {
        var id = ParseId(request.RunId);
        var ground = await RunGround.OpenAsync(request, null, cancellationToken).ConfigureAwait(false);
        // Before anything is written: a run that nobody can sign for is refused.
        var key = OpenKey(request, services, ground);
        var ids = new RunIds(ground.Repository, ground.Config.Run.BranchPrefix);
        var folder = id is { } given
            ? await RunFolder.ReserveAsync(ground.RunsDirectory, ids, given, cancellationToken).ConfigureAwait(false)
            : await RunFolder.ReserveAsync(ground.RunsDirectory, ids, ground.Config.Run.Kind, services.Clock.GetUtcNow(), ground.BaseCommit, cancellationToken).ConfigureAwait(false);
        var session = new RunSession(ground, folder, folder.Lock(services.Clock), ground.Config.Workers, services, request.IsDryRun) { Environment = request.Environment, OwnKey = key };
        session.Warnings.AddRange(key?.Warnings ?? []);
        try
        {
            if (InfoExclude.Add(ground.Repository, [ground.RunsDirectory, ground.WorktreesDirectory]) is { } warning) session.Warnings.Add(warning);
            var inputs = await RunInputsFile.WriteAsync(session, cancellationToken).ConfigureAwait(false);
            session.Journal.Append(LedgerEventType.RunStart, RunStatus.Pending, rc: 0, details: new Dictionary<string, object?>
            {
                ["base_ref"] = ground.BaseRef,
                ["base_commit"] = ground.BaseCommit.Hex,
                ["dry_run"] = request.IsDryRun,
                ["workers"] = session.Workers.Select(worker => (object?)worker.Id).ToList(),
            }, hashes: inputs);
            await session.WriteManifestAsync(RunStatus.Pending).ConfigureAwait(false);
            session.Journal.Append(LedgerEventType.RunInit, RunStatus.Pending, rc: 0, details: new Dictionary<string, object?>
            {
                ["manifest"] = session.Shown(folder.Manifest),
                ["path"] = session.Shown(folder.Path),
            });
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Takes up an existing run at the base commit that its manifest names.</summary>
    /// <exception cref="FactoryException">There is no such run, it has ended, or its manifest does not say what the ledger recorded; nothing was written.</exception>
    public static async Task<RunSession> ResumeAsync(RunRequest request, RunServices services, CancellationToken cancellationToken)
    {
        var id = ParseId(request.RunId);
        var runs = (await RunGround.OpenAsync(request, ("HEAD", "HEAD"), cancellationToken).ConfigureAwait(false)).RunsDirectory;
        var folder = RunFolder.Find(runs, id);
        var manifest = ReadManifest(folder);
        if (manifest.Status != RunStatus.Pending)
            throw new FactoryException(BlockerKind.Policy, $"the run {folder.Id} has ended with {manifest.Status.ToWire()}; its record is closed and nothing was changed", "read its report with 'factory print-report', or start a new run", folder.Path);
        RequireRecorded(folder, manifest);
        var ground = await RunGround.OpenAsync(request, (manifest.BaseRefHash, manifest.BaseRef), cancellationToken).ConfigureAwait(false);
        var workers = manifest.Workers.Select(name => ground.Config.Workers.FirstOrDefault(worker => worker.Id.Name == name) ?? throw new FactoryException(
            BlockerKind.Config, $"the run {folder.Id} has a worker {name} that the configuration no longer defines", $"define {name} again, or start a new run", ground.Config.Source, name)).ToList();
        return new RunSession(ground, folder, folder.Lock(services.Clock), workers, services, request.IsDryRun, FirstEvent(folder)) { CreatedAt = manifest.CreatedAt, Environment = request.Environment, OwnKey = OpenKey(request, services, ground) };
    }

    // The run's documents are files that anybody can have changed since: which workers the run has is not for them to say.
    private static void RequireRecorded(RunFolder folder, RunManifestDocument manifest)
    {
        var recorded = RecordedRun.Read(new LedgerPaths(folder.RunsDirectory).Ledger, folder.Id);
        var inputs = Path.Combine(folder.Path, RunInputs.FileName);
        if (recorded.DifferencesOf(manifest).FirstOrDefault() is { } difference) throw Changed("manifest", difference, folder.Manifest);
        if (recorded.Start.Hashes.GetValueOrDefault(RunInputs.HashName) is not { } digest) return;
        var actual = RegularFile.Is(inputs) ? FileDigest.Of(RunInputs.HashName, inputs)[RunInputs.HashName] : "none";
        if (actual != digest) throw Changed(RunInputs.FileName, new RecordDifference(RunInputs.FileName, "sha256", actual, digest), inputs);

        FactoryException Changed(string what, RecordDifference difference, string path) => new(
            BlockerKind.Policy, $"the {what} of {folder.Id} is not what it was, and nothing was changed: {difference}", "find out who changed it, restore it from a backup, or start a new run", path);
    }

    // What a later process does hangs on the event that began the run.
    internal static string? FirstEvent(RunFolder folder)
    {
        var ledger = new LedgerPaths(folder.RunsDirectory).Ledger;
        var filter = new LedgerFilter { RunId = folder.Id.Text, EventTypes = [WireEnum<LedgerEventType>.NameOf(LedgerEventType.RunStart)], First = 1 };
        return File.Exists(ledger) ? LedgerReader.Read(ledger, filter).FirstOrDefault()?.EventId : null;
    }

    private static OpenedKey? OpenKey(RunRequest request, RunServices services, RunGround ground) => services.Key is not null ? null : KeyRing.Open(new KeyRequest
    {
        Key = ground.Config.Attestation.Key,
        Folder = ground.Repository.Root,
        Environment = request.Environment,
    });

    /// <summary>Makes sure that no worker of the run was launched before.</summary>
    /// <exception cref="FactoryException">A worker has a bundle already.</exception>
    public static void RequireNotLaunched(RunSession session)
    {
        foreach (var worker in session.Workers)
        {
            if (File.Exists(Path.Combine(session.Folder.Bundle(worker.Id), BundleFile.Status)))
                throw new FactoryException(BlockerKind.Policy, $"{worker.Id} of {session.Folder.Id} was launched already; its bundle was not touched", "go on with 'factory integrate', or start a new run", session.Folder.Bundle(worker.Id), worker.Id);
        }
    }

    /// <summary>Reads a run's manifest.</summary>
    /// <exception cref="FactoryException">It is missing or not of its schema.</exception>
    public static RunManifestDocument ReadManifest(RunFolder folder)
    {
        try
        {
            return DocumentRules.Read<RunManifestDocument>(File.ReadAllBytes(folder.Manifest));
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new FactoryException(BlockerKind.Schema, $"the manifest of {folder.Id} cannot be read: {error.Message}", "restore the file from a backup, or start a new run", folder.Manifest, inner: error);
        }
    }

    internal static RunId? ParseId(string? text)
    {
        if (text is null) return null;
        return RunId.TryParse(text, out var id) ? id : throw new FactoryException(
            BlockerKind.Config, $"'{text}' is not a run id", "a run id reads <kind>_<YYYYMMDD_HHMMSS>_<BASE8>_<NNN>, for example factory_20260218_131510_6339cf02_001; leave it out to get a new one", text);
    }
}
