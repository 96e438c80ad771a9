using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Guards.Artifacts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Repository;

namespace Factory.Core.Guards;

/// <summary>What the contents of a worker's change hold.</summary>
/// <param name="Secrets">One blocker for each secret.</param>
/// <param name="Artifacts">One blocker for each program and each limit.</param>
/// <param name="Values">The secrets themselves, for nothing but keeping them out of what is written and printed.</param>
public sealed record ContentFindings(IReadOnlyList<Blocker> Secrets, IReadOnlyList<Blocker> Artifacts, IReadOnlyList<string> Values);

/// <summary>
/// Judges the contents that a worker's change brings: secrets, programs, and how much there is. It reads git's objects, never
/// the worktree, and each content once.
/// </summary>
/// <param name="repository">The repository.</param>
/// <param name="security">The rules, from the caller.</param>
public sealed class ContentGuard(GitRepository repository, SecuritySection security)
{
    /// <summary>Judges.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="changes">What it changed.</param>
    /// <param name="patchBytes">The size of its patch, in bytes.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FactoryException">git could not read the contents.</exception>
    public async Task<ContentFindings> CheckAsync(string worker, IReadOnlyList<ChangedPath> changes, long patchBytes, CancellationToken cancellationToken)
    {
        if (changes.Count == 0) return new ContentFindings([], [], []);
        var paths = changes.Select(change => change.Path).ToList();
        var allowed = new GlobSet(security.ArtifactGlobs, ignoreCase: false).Match(paths);
        var fresh = changes.Where(change => ArtifactLimits.IsNew(change) || change is { Blob: not null, IsGitlink: false, NewMode: "100755" }).ToList();
        var sizes = await repository.SizesAsync([.. fresh.Select(change => change.Blob!.Value).Distinct()], cancellationToken).ConfigureAwait(false);
        var artifacts = new ArtifactLimits(worker, security, allowed).Check(changes, sizes, patchBytes).ToList();
        // What is blocked for its size is not read.
        var readable = fresh.Where(change => allowed.Contains(change.Path) || sizes[change.Blob!.Value] <= security.MaxFileBytes).ToList();
        using var contents = new ContentReader(security.SecretScanEnabled);
        await repository.ReadBlobsAsync([.. readable.Select(change => change.Blob!.Value).Distinct()], contents, cancellationToken).ConfigureAwait(false);
        if (!security.AllowExecutableArtifacts) artifacts.AddRange(readable.Where(change => !allowed.Contains(change.Path)).Select(change => Executable(worker, change, contents)).OfType<Blocker>());
        var secrets = new SecretJudge(repository, security, worker);
        await secrets.JudgeAsync(readable, contents.Secrets, cancellationToken).ConfigureAwait(false);
        return new ContentFindings(secrets.Blockers, artifacts, secrets.Values);
    }

    private static Blocker? Executable(string worker, ChangedPath change, ContentReader contents)
    {
        if (change.NewMode == "120000" || ArtifactKind.Explain(change.Path, change.NewMode, contents.Heads[change.Blob!.Value]) is not { } what) return null;
        return new Blocker(
            BlockerKind.Artifact, worker, change.Path, $"{worker} handed over '{change.Path}', which is {what}",
            $"have the worker leave it out, add \"{GlobSyntax.Naming(change.Path)}\" to security.artifact_allowlist, or set security.allow_executable_artifacts to true");
    }

    /// <summary>Takes the head and the secrets of each content.</summary>
    private sealed class ContentReader(bool scansForSecrets) : IBlobReader, IDisposable
    {
        // The base's version may hold many that are none of the worker's; a new one behind them must be found all the same.
        private const int MostHits = SecretJudge.MostHits;
        private readonly byte[] _head = new byte[FileHead.MagicLength];
        private SecretStream? _stream;
        private CommitId _blob;
        private long _length;
        private bool _isBinary;

        public Dictionary<CommitId, FileHead> Heads { get; } = [];

        public Dictionary<CommitId, IReadOnlyList<SecretHit>> Secrets { get; } = [];

        public void Begin(CommitId blob, long size)
        {
            (_blob, _length, _isBinary) = (blob, 0, false);
            if (scansForSecrets) _stream = new SecretStream(SecretScanner.BuiltIn, MostHits);
        }

        public void Append(ReadOnlySpan<byte> bytes)
        {
            if (_length < _head.Length) bytes[..(int)Math.Min(bytes.Length, _head.Length - _length)].CopyTo(_head.AsSpan((int)_length));
            if (_length < FileHead.BinaryLength) _isBinary |= bytes[..(int)Math.Min(bytes.Length, FileHead.BinaryLength - _length)].Contains((byte)0);
            _length += bytes.Length;
            _stream?.Append(bytes);
        }

        public void End()
        {
            Heads[_blob] = new FileHead([.. _head.AsSpan(0, (int)Math.Min(_length, _head.Length))], _isBinary);
            if (_stream is null) return;
            _stream.Complete();
            if (_stream.Hits.Count > 0) Secrets[_blob] = [.. _stream.Hits];
            _stream.Dispose();
            _stream = null;
        }

        public void Dispose() => _stream?.Dispose();
    }
}
