using System.Security.Cryptography;
using System.Text;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Secrets;

/// <summary>A content that is judged.</summary>
/// <param name="Path">Where it stands.</param>
/// <param name="Blob">The content.</param>
/// <param name="Before">The contents whose secrets are not new: those before the change, and those that were judged for themselves.</param>
/// <param name="Workers">Whose work it is; several when it is what their merge came to.</param>
internal sealed record SecretSuspect(string Path, CommitId Blob, IReadOnlyList<CommitId> Before, IReadOnlyList<string> Workers);

/// <summary>Turns what was found in new contents and names into blockers, less what the base held already and what the caller allows.</summary>
/// <param name="repository">The repository.</param>
/// <param name="security">The rules, from the caller.</param>
/// <param name="worker">The worker, or null for what a merge came to.</param>
/// <param name="baseCommit">The base commit.</param>
internal sealed class SecretJudge(GitRepository repository, SecuritySection security, string? worker, CommitId baseCommit)
{
    /// <summary>How many secrets of one content are looked at; a content with more blocks.</summary>
    internal const int MostHits = 100_000;
    private const int MostBlockers = 50, MostLearned = 1000;
    private readonly List<Blocker> _blockers = [];
    private readonly List<string> _values = [];
    private (HashSet<string> Blobs, IReadOnlyList<string> Paths)? _base;

    public IReadOnlyList<Blocker> Blockers => _blockers;

    public IReadOnlyList<string> Values => _values;

    /// <summary>
    /// A finding's name: the first 16 hex digits of SHA-256 over the rule's id, NUL, the path, NUL and the secret. It stays the
    /// same when lines move, and is another one for another file.
    /// </summary>
    public static string Fingerprint(string rule, string path, string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{rule}\0{path}\0{secret}")))[..16];

    /// <summary>Judges contents.</summary>
    public async Task JudgeAsync(IEnumerable<SecretSuspect> contents, IReadOnlyDictionary<CommitId, IReadOnlyList<SecretHit>> found, CancellationToken cancellationToken)
    {
        var suspects = contents.Where(suspect => found.ContainsKey(suspect.Blob)).ToList();
        if (suspects.Count == 0) return;
        var (held, _) = await ListBaseAsync(cancellationToken).ConfigureAwait(false);
        suspects.RemoveAll(suspect => held.Contains(suspect.Blob.Hex));
        var ignored = Ignored(suspects.Select(suspect => suspect.Path));
        suspects.RemoveAll(suspect => ignored.Contains(suspect.Path));
        using var before = new EarlierSecrets();
        await repository.ReadBlobsAsync([.. suspects.SelectMany(suspect => suspect.Before).Distinct()], before, cancellationToken).ConfigureAwait(false);
        foreach (var suspect in suspects.Where(suspect => found[suspect.Blob].Count > MostHits)) _blockers.Add(BlockUnread(suspect));
        Block(
            from suspect in suspects
            from hit in found[suspect.Blob].Take(MostHits)
            where !before.Has(suspect.Before, hit)
            select new Finding(suspect.Path, hit, suspect.Workers));
    }

    /// <summary>Judges the names that changes bring: of files, and of the folders that they are in.</summary>
    public async Task JudgeNamesAsync(IReadOnlyList<ChangedPath> changes, CancellationToken cancellationToken)
    {
        var named = changes
            .Where(change => change.Type is ChangeType.Added or ChangeType.Renamed or ChangeType.Copied)
            .SelectMany(change => SecretScanner.BuiltIn.Find(change.Path).Select(span => new Finding(change.Path, new SecretHit(span.Rule, 0, change.Path[span.Start..span.End]), [worker!])))
            .ToList();
        if (named.Count == 0) return;
        var (_, paths) = await ListBaseAsync(cancellationToken).ConfigureAwait(false);
        var ignored = Ignored(named.Select(one => one.Path));
        var old = named.Select(one => one.Hit.Secret).Distinct(StringComparer.Ordinal).Where(secret => paths.Any(path => path.Contains(secret, StringComparison.Ordinal))).ToHashSet(StringComparer.Ordinal);
        Block(named.Where(one => !ignored.Contains(one.Path) && !old.Contains(one.Hit.Secret)));
    }

    private IReadOnlySet<string> Ignored(IEnumerable<string> paths) => new GlobSet(security.SecretPaths, ignoreCase: false).Match(paths);

    private void Block(IEnumerable<Finding> findings)
    {
        var all = findings
            .Where(one => !security.SecretFingerprints.Contains(one.Print, StringComparer.Ordinal))
            .DistinctBy(one => (one.Print, one.Hit.Line))
            .ToList();
        _values.AddRange(all.Select(one => one.Hit.Secret).Distinct(StringComparer.Ordinal).Take(MostLearned));
        _blockers.AddRange(all.Take(MostBlockers).Select(Describe));
        if (all.Count > MostBlockers)
            _blockers.Add(new Blocker(BlockerKind.Secret, worker, null, $"{worker ?? "the merge"} added {all.Count - MostBlockers} more secrets, which are not listed", "mend the listed ones first"));
    }

    // git calls a file copied only when its source was changed too.
    private async Task<(HashSet<string> Blobs, IReadOnlyList<string> Paths)> ListBaseAsync(CancellationToken cancellationToken)
    {
        if (_base is { } known) return known;
        var call = new GitCall("ls-tree", "-r", "-z", "--full-tree", baseCommit.Hex);
        // "MODE blob ID\tPATH"
        var entries = (await repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Fields.Select(field => field.Split('\t', 2)).ToList();
        var read = (Blobs: entries.Select(entry => entry[0].Split(' ')[2]).ToHashSet(), Paths: (IReadOnlyList<string>)[.. entries.Select(entry => entry[1])]);
        _base = read;
        return read;
    }

    private Blocker Describe(Finding one)
    {
        var (path, hit, workers) = one;
        var what = $"what looks like a secret: {hit.Rule.Description} (rule {hit.Rule.Id}, fingerprint {one.Print})";
        var who = string.Join(", ", workers);
        return workers.Count > 1
            ? new Blocker(
                BlockerKind.Secret, worker, path, $"{path}:{hit.Line} holds, now that the changes of {who} are merged, {what}",
                $"if it is real, revoke it, since the branches of {who} hold its parts; if not, add \"{one.Print}\" to security.secret_allowlist.fingerprints")
            : new Blocker(
                BlockerKind.Secret, worker, path, hit.Line > 0 ? $"{path}:{hit.Line} adds {what}" : $"the name {path} has in it {what}",
                $"if it is real, revoke it, since {who}'s branch and patch hold it; if not, add \"{one.Print}\" to security.secret_allowlist.fingerprints");
    }

    private Blocker BlockUnread(SecretSuspect suspect) => new(
        BlockerKind.Secret, worker, suspect.Path,
        $"{suspect.Path} holds more than {MostHits} places that look like secrets, and was not searched behind them",
        "make the file smaller, or add its path to security.secret_allowlist.paths if nothing in it is a secret");

    // A name has no line.
    private sealed record Finding(string Path, SecretHit Hit, IReadOnlyList<string> Workers)
    {
        public string Print { get; } = Fingerprint(Hit.Rule.Id, Path, Hit.Secret);
    }

    /// <summary>What earlier contents hold: a secret that merely moved was not added.</summary>
    private sealed class EarlierSecrets : IBlobReader, IDisposable
    {
        private readonly HashSet<(CommitId Blob, string Rule, string Secret)> _known = [];
        private CommitId _blob;
        private SecretStream? _stream;

        public bool Has(IReadOnlyList<CommitId> blobs, SecretHit hit)
        {
            foreach (var blob in blobs)
                if (_known.Contains((blob, hit.Rule.Id, hit.Secret))) return true;
            return false;
        }

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
