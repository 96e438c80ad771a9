using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Guards.Artifacts;
using Factory.Core.Guards.Secrets;
using Factory.Core.Repository;

namespace Factory.Core.Guards;

/// <summary>What the contents hold that a worker's change brings, from one reading of each.</summary>
public sealed class NewContents
{
    internal NewContents(IReadOnlySet<string> allowed) => Allowed = allowed;

    /// <summary>SHA-256 of each content, lower-case hex.</summary>
    public IReadOnlyDictionary<CommitId, string> Digests => KnownDigests;

    /// <summary>The paths at which programs and large files are allowed.</summary>
    internal IReadOnlySet<string> Allowed { get; }

    /// <summary>The size of each content in bytes.</summary>
    internal Dictionary<CommitId, long> Sizes { get; } = [];

    /// <summary>What each content begins with.</summary>
    internal Dictionary<CommitId, FileHead> Heads { get; } = [];

    /// <summary>The secrets in those contents that were searched and have some.</summary>
    internal Dictionary<CommitId, IReadOnlyList<SecretHit>> Secrets { get; } = [];

    internal Dictionary<CommitId, string> KnownDigests { get; } = [];
}

/// <summary>Fills <see cref="NewContents"/> while git hands the contents over.</summary>
/// <param name="contents">What is filled.</param>
/// <param name="isSearched">Whether a content of this size is searched for secrets.</param>
internal sealed class ContentReader(NewContents contents, Func<CommitId, long, bool> isSearched) : IBlobReader, IDisposable
{
    // The base's version may hold many that are none of the worker's; a new one behind them must be found all the same. One more
    // tells that there are too many.
    private const int MostHits = SecretJudge.MostHits + 1;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _head = new byte[FileHead.MagicLength];
    private SecretStream? _stream;
    private CommitId _blob;
    private long _length;
    private bool _isBinary;

    /// <inheritdoc/>
    public void Begin(CommitId blob, long size)
    {
        (_blob, _length, _isBinary) = (blob, 0, false);
        contents.Sizes[blob] = size;
        if (isSearched(blob, size)) _stream = new SecretStream(SecretScanner.BuiltIn, MostHits);
    }

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_length < _head.Length) bytes[..(int)Math.Min(bytes.Length, _head.Length - _length)].CopyTo(_head.AsSpan((int)_length));
        if (_length < FileHead.BinaryLength) _isBinary |= bytes[..(int)Math.Min(bytes.Length, FileHead.BinaryLength - _length)].Contains((byte)0);
        _length += bytes.Length;
        _hash.AppendData(bytes);
        _stream?.Append(bytes);
    }

    /// <inheritdoc/>
    public void End()
    {
        contents.KnownDigests[_blob] = Convert.ToHexStringLower(_hash.GetHashAndReset());
        contents.Heads[_blob] = new FileHead([.. _head.AsSpan(0, (int)Math.Min(_length, _head.Length))], _isBinary);
        if (_stream is null) return;
        _stream.Complete();
        if (_stream.Hits.Count > 0) contents.Secrets[_blob] = [.. _stream.Hits];
        _stream.Dispose();
        _stream = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hash.Dispose();
        _stream?.Dispose();
    }
}
