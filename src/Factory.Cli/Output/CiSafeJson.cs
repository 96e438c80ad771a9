namespace Factory.Cli.Output;

/// <summary>
/// Passes JSON on to a CI log, which may obey what it finds there: Azure Pipelines takes <c>##vso[</c> and <c>##[</c> for
/// commands anywhere in a line. Of two number signs in a row the second is written as an escape, so that every reader of JSON
/// gets the same text and the log nothing to obey.
/// </summary>
/// <param name="inner">Takes what is written; it stays open.</param>
internal sealed class CiSafeJson(Stream inner) : Stream
{
    private bool _isAfterSign;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_isAfterSign && buffer[0] == (byte)'#')
            {
                // In JSON a number sign stands only within a string.
                inner.Write("\\u0023"u8);
                _isAfterSign = false;
                buffer = buffer[1..];
                continue;
            }

            var next = buffer.IndexOf((byte)'#');
            var count = next < 0 ? buffer.Length : next + 1;
            inner.Write(buffer[..count]);
            _isAfterSign = next >= 0;
            buffer = buffer[count..];
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
