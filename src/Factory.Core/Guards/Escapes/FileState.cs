using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using Factory.Core.Repository;

namespace Factory.Core.Guards.Escapes;

/// <summary>Takes the state of a file in few words.</summary>
internal static class FileState
{
    /// <summary>The state of what is not there.</summary>
    public const string Missing = "missing";

    private const long LargestRead = 1024 * 1024;
    private const int LargestContent = 64 * 1024, Rights = 0xFFF;

    /// <summary>The kind of a file, its mode, and its digest, or its time of change when it is large.</summary>
    /// <param name="path">The file; no link is followed, and no pipe opened.</param>
    /// <param name="largestRead">The size in bytes above which it is not read.</param>
    public static string Of(string path, long largestRead = LargestRead) => Read(path, largestRead, keepContent: false).State;

    /// <summary>As <see cref="Of"/>, with what it holds when that is small.</summary>
    public static EscapeState WithContent(string path) => Read(path, LargestRead, keepContent: true);

    private static EscapeState Read(string path, long largestRead, bool keepContent)
    {
        try
        {
            // One look where the system allows it; everywhere else several.
            var known = FileStamp.At(path);
            if (known is { IsNothing: true }) return new EscapeState(Missing);
            return known is { } stamp && (stamp.Mode & FileStamp.TypeMask) == FileStamp.RegularFile
                ? ReadFile(path, OctalMode(stamp.Mode & Rights), stamp.Size, stamp.ChangedAt, largestRead, keepContent)
                : Read(new FileInfo(path), largestRead, keepContent);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return new EscapeState("unreadable");
        }
    }

    private static EscapeState Read(FileInfo file, long largestRead, bool keepContent)
    {
        if (file.LinkTarget is { } target) return new EscapeState("link to " + target);
        if (!file.Exists) return new EscapeState(Directory.Exists(file.FullName) ? "folder" : Missing);
        var mode = OperatingSystem.IsWindows() ? "" : OctalMode((int)file.UnixFileMode);
        return RegularFile.Is(file.FullName) ? ReadFile(file.FullName, mode, file.Length, file.LastWriteTimeUtc, largestRead, keepContent) : new EscapeState(mode + "special file");
    }

    private static string OctalMode(int mode) => Convert.ToString(mode, 8) + " ";

    private static EscapeState ReadFile(string path, string mode, long length, DateTime changed, long largestRead, bool keepContent)
    {
        if (length > largestRead) return new EscapeState(Describe(changed.Ticks.ToString(CultureInfo.InvariantCulture)));
        var buffer = ArrayPool<byte>.Shared.Rent((int)length + 1);
        try
        {
            using var handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            var read = 0;
            for (int part; read < buffer.Length && (part = RandomAccess.Read(handle, buffer.AsSpan(read), read)) > 0;) read += part;
            length = read;
            var content = buffer.AsSpan(0, read);
            return new EscapeState(Describe(Convert.ToHexStringLower(SHA256.HashData(content))), keepContent && read <= LargestContent ? content.ToArray() : null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        string Describe(string detail) => string.Create(CultureInfo.InvariantCulture, $"{mode}{length} bytes {detail}");
    }
}
