using System.Security.Cryptography;
using System.Text;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Secrets;

/// <summary>Turns what was found in the new contents into blockers, less what the base held already and what the caller allows.</summary>
internal sealed class SecretJudge(GitRepository repository, SecuritySection security, string worker, CommitId baseCommit)
{
    /// <summary>How many secrets of one content are looked at.</summary>
    internal const int MostHits = 100_000;
    private const int MostBlockers = 50, MostLearned = 1000;
    private readonly List<Blocker> _blockers = [];
    private readonly List<string> _values = [];

    public IReadOnlyList<Blocker> Blockers => _blockers;

    public IReadOnlyList<string> Values => _values;

    /// <summary>
    /// A finding's name: the first 16 hex digits of SHA-256 over the rule's id, NUL, the path, NUL and the secret. It stays the
    /// same when lines move, and is another one for another file.
    /// </summary>
    public static string Fingerprint(string rule, string path, string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{rule}\0{path}\0{secret}")))[..16];

    public async Task JudgeAsync(IReadOnlyList<ChangedPath> changes, IReadOnlyDictionary<CommitId, IReadOnlyList<SecretHit>> found, CancellationToken cancellationToken)
    {
        var suspects = changes.Where(change => change.Blob != change.OldBlob && found.ContainsKey(change.Blob!.Value)).ToList();
        if (suspects.Count == 0) return;
        var held = await ListBaseAsync(cancellationToken).ConfigureAwait(false);
        suspects.RemoveAll(change => held.Contains(change.Blob!.Value.Hex));
        var ignored = new GlobSet(security.SecretPaths, ignoreCase: false).Match(suspects.Select(change => change.Path));
        suspects.RemoveAll(change => ignored.Contains(change.Path));
        using var before = new BaseSecrets();
        await repository.ReadBlobsAsync([.. suspects.Select(change => change.OldBlob).OfType<CommitId>().Distinct()], before, cancellationToken).ConfigureAwait(false);
        var all = suspects
            .SelectMany(change => found[change.Blob!.Value].Where(hit => !before.Has(change.OldBlob, hit)).Select(hit => (change.Path, Hit: hit, Print: Fingerprint(hit.Rule.Id, change.Path, hit.Secret))))
            .Where(one => !security.SecretFingerprints.Contains(one.Print, StringComparer.Ordinal))
            .DistinctBy(one => (one.Print, one.Hit.Line))
            .ToList();
        _values.AddRange(all.Select(one => one.Hit.Secret).Distinct(StringComparer.Ordinal).Take(MostLearned));
        _blockers.AddRange(all.Take(MostBlockers).Select(one => Block(one.Path, one.Hit, one.Print)));
        if (all.Count > MostBlockers) _blockers.Add(new Blocker(BlockerKind.Secret, worker, null, $"{worker} added {all.Count - MostBlockers} more secrets, which are not listed", "mend the listed ones first"));
    }

    // git calls a file copied only when its source was changed too.
    private async Task<HashSet<string>> ListBaseAsync(CancellationToken cancellationToken)
    {
        var call = new GitCall("ls-tree", "-r", "-z", "--full-tree", baseCommit.Hex);
        // "MODE blob ID\tPATH"
        return [.. (await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Fields.Select(field => field.Split(' ', 3)[2].Split('\t')[0])];
    }

    private Blocker Block(string path, SecretHit hit, string print) => new(
        BlockerKind.Secret, worker, path,
        $"{path}:{hit.Line} adds what looks like a secret: {hit.Rule.Description} (rule {hit.Rule.Id}, fingerprint {print})",
        $"if it is real, revoke it, since {worker}'s branch and patch hold it; if not, add \"{print}\" to security.secret_allowlist.fingerprints");

    /// <summary>What the base's versions of the suspects hold: a secret that merely moved was not added.</summary>
    private sealed class BaseSecrets : IBlobReader, IDisposable
    {
        private readonly HashSet<(CommitId Blob, string Rule, string Secret)> _known = [];
        private CommitId _blob;
        private SecretStream? _stream;

        public bool Has(CommitId? blob, SecretHit hit) => blob is { } old && _known.Contains((old, hit.Rule.Id, hit.Secret));

        public void Begin(CommitId blob, long size) => (_blob, _stream) = (blob, new SecretStream(SecretScanner.BuiltIn, MostHits));

        public void Append(ReadOnlySpan<byte> bytes) => _stream!.Append(bytes);

        public void End()
        {
            _stream!.Complete();
            foreach (var hit in _stream.Hits) _known.Add((_blob, hit.Rule.Id, hit.Secret));
            _stream.Dispose();
            _stream = null;
        }

        public void Dispose() => _stream?.Dispose();
    }
}
