using System.Buffers;
using System.Text;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Workers;

/// <summary>
/// Files that are byte for byte what checking out a commit makes of them, though git would take another content from them: the
/// commit holds them otherwise than its attributes say (<c>text</c> and a blob with CRLF, a clean filter that came later). git
/// reports such a file as changed whenever its times do not vouch for it, and nobody changed it.
/// </summary>
/// <param name="repository">The repository.</param>
internal sealed class UntouchedFiles(GitRepository repository)
{
    private const int RegularFiles = 0x8000, TypeMask = 0xF000, BlockSize = 32 * 1024;
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Gives such files the base's entries again in the index of a capture, unless the worker has git track the other content.</summary>
    /// <param name="worktree">The worktree; its own index says what the worker staged or committed.</param>
    /// <param name="call">A call of git with the index of the capture.</param>
    /// <param name="baseIndex">An index that holds the base as it was checked out here, or null when there is none.</param>
    /// <param name="baseCommit">The base.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="FactoryException">git could not read an index.</exception>
    public async Task PutBackAsync(Worktree worktree, GitCall call, byte[]? baseIndex, CommitId baseCommit, CancellationToken cancellationToken)
    {
        var captured = IndexEntries.Read(IndexImage.Read(call.IndexFile!).Bytes);
        var begun = baseIndex is null ? null : IndexEntries.Read(baseIndex);
        var changed = captured is not null && begun is not null ? Compare(begun, captured) : await DiffAsync(call, baseCommit, cancellationToken).ConfigureAwait(false);
        if (changed.Count > 0) await RemoveOwnAsync(changed, worktree, call, cancellationToken).ConfigureAwait(false);
        if (changed.Count == 0) return;
        var untouched = await FindAsync(worktree, [.. changed.Keys], begun is null ? null : baseIndex, baseCommit.Hex, cancellationToken).ConfigureAwait(false);
        if (untouched.Count == 0) return;
        var input = ByteNames.Join(untouched.Select(name => $"{changed[name].Mode} {changed[name].Id}\t{name}"));
        await repository.RequireAsync(call with { Arguments = ["update-index", "-z", "--index-info"], Input = input }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether all that git reports of a worktree is such files.</summary>
    /// <param name="worktree">The worktree.</param>
    /// <param name="status">What <c>git status --porcelain=v2 -z</c> printed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public async Task<bool> AreAllAsync(Worktree worktree, byte[] status, CancellationToken cancellationToken)
    {
        // "1 .M N... mH mI mW hH hI path"
        var entries = ByteNames.Split(status).Select(entry => entry.Split(' ', 9)).ToList();
        if (!entries.TrueForAll(parts => parts is ["1", ".M", "N...", var committed, var staged, var found, _, _, _] && committed == staged && staged == found)) return false;
        return (await FindAsync(worktree, [.. entries.Select(parts => parts[8])], null, "HEAD", cancellationToken).ConfigureAwait(false)).Count == entries.Count;
    }

    // Both are in the order of git. Of a file that has another size now than after its checkout nothing more need be asked.
    private static Dictionary<string, (string Mode, string Id)> Compare(IndexEntries before, IndexEntries after)
    {
        var changed = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        for (var (old, now) = (0, 0); old < before.Count && now < after.Count;)
        {
            var order = before.Name(old).SequenceCompareTo(after.Name(now));
            if (order == 0 && before.Mode(old) == after.Mode(now) && (before.Mode(old) & TypeMask) == RegularFiles && !before.Id(old).SequenceEqual(after.Id(now))
                && (before.Size(old) == after.Size(now) || before.Size(old) == 0 || after.Size(now) == 0))
                changed[ByteNames.Of(before.Name(old))] = (Convert.ToString(before.Mode(old), 8), Convert.ToHexStringLower(before.Id(old)));
            if (order <= 0) old++;
            if (order >= 0) now++;
        }

        return changed;
    }

    private async Task<Dictionary<string, (string Mode, string Id)>> DiffAsync(GitCall call, CommitId baseCommit, CancellationToken cancellationToken)
    {
        var diff = call with { Arguments = ["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", "--diff-filter=M", baseCommit.Hex, "--"] };
        // ":MODE MODE ID ID M", and the name.
        var fields = ByteNames.Split((await repository.RequireAsync(diff, cancellationToken).ConfigureAwait(false)).Output);
        return fields.Chunk(2).Where(pair => pair.Length == 2).Select(pair => (Parts: pair[0][1..].Split(' '), Name: pair[1]))
            .Where(change => change.Parts[0] == change.Parts[1] && change.Parts[0].StartsWith("100", StringComparison.Ordinal) && change.Parts[2] != change.Parts[3])
            .ToDictionary(change => change.Name, change => (change.Parts[0], change.Parts[2]), StringComparer.Ordinal);
    }

    // What the worker itself had git take, as 'git add --renormalize' does, is its change.
    private async Task RemoveOwnAsync(Dictionary<string, (string Mode, string Id)> changed, Worktree worktree, GitCall call, CancellationToken cancellationToken)
    {
        if (IndexEntries.Read(IndexImage.Read(worktree.IndexFile).Bytes) is { } own)
        {
            for (var entry = 0; entry < own.Count; entry++) Look(ByteNames.Of(own.Name(entry)), Convert.ToHexStringLower(own.Id(entry)));
            return;
        }

        // "MODE ID STAGE\tNAME"; one that git cannot read says nothing.
        var answer = await repository.RunAsync(call with { IndexFile = null, Arguments = ["ls-files", "-s", "-z"] }, cancellationToken).ConfigureAwait(false);
        foreach (var entry in ByteNames.Split(answer.Output).Select(entry => entry.Split('\t', 2)).Where(parts => parts.Length == 2)) Look(entry[1], entry[0].Split(' ')[1]);

        void Look(string name, string id)
        {
            if (changed.TryGetValue(name, out var kept) && kept.Id != id) changed.Remove(name);
        }
    }

    // Into an empty folder, so that of the attributes the commit's hold and not those of the worktree, which a worker wrote.
    private async Task<IReadOnlyList<string>> FindAsync(Worktree worktree, IReadOnlyList<string> names, byte[]? index, string commit, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("factory-checkout-").FullName;
        try
        {
            var files = Directory.CreateDirectory(Path.Combine(folder, "files")).FullName;
            var call = new GitCall { GitDirectory = worktree.AdminDirectory, WorkTree = files, WorkingDirectory = files, IndexFile = Path.Combine(folder, "index") };
            if (index is null) await repository.RequireAsync(call with { Arguments = ["read-tree", commit] }, cancellationToken).ConfigureAwait(false);
            else await File.WriteAllBytesAsync(call.IndexFile, index, cancellationToken).ConfigureAwait(false);
            // What it cannot make, because a filter fails, is not there, and so not the same.
            await repository.RunAsync(call with { Arguments = ["checkout-index", "--force", "--quiet", "-z", "--stdin"], Input = ByteNames.Join(names) }, cancellationToken).ConfigureAwait(false);
            return [.. names.Where(name => AreSame(files, worktree.Path, name))];
        }
        finally
        {
            FolderRemoval.Delete(folder);
        }
    }

    private static bool AreSame(string made, string found, string name)
    {
        try
        {
            var path = Strict.GetString(ByteNames.Bytes(name));
            var (left, right) = (new FileInfo(Path.Combine(made, path)), new FileInfo(Path.Combine(found, path)));
            return RegularFile.Is(left.FullName) && RegularFile.Is(right.FullName) && left.Length == right.Length && HoldSame(left, right);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            return false;
        }
    }

    private static bool HoldSame(FileInfo left, FileInfo right)
    {
        var (one, other) = (ArrayPool<byte>.Shared.Rent(BlockSize), ArrayPool<byte>.Shared.Rent(BlockSize));
        try
        {
            using var first = new FileStream(left.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            using var second = new FileStream(right.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            for (; ; )
            {
                var read = first.ReadAtLeast(one.AsSpan(0, BlockSize), BlockSize, throwOnEndOfStream: false);
                if (second.ReadAtLeast(other.AsSpan(0, BlockSize), BlockSize, throwOnEndOfStream: false) != read || !one.AsSpan(0, read).SequenceEqual(other.AsSpan(0, read))) return false;
                if (read < BlockSize) return true;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(one);
            ArrayPool<byte>.Shared.Return(other);
        }
    }
}
