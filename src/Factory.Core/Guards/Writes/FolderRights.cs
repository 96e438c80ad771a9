using System.Runtime.InteropServices;

namespace Factory.Core.Guards.Writes;

/// <summary>Whether a folder takes new entries. Nothing is left in it, and on Unix nothing is made, so that a watch over it sees nothing.</summary>
public static class FolderRights
{
    /// <summary>Says why nothing can be made in a folder, or null.</summary>
    /// <param name="folder">A folder that exists, absolute.</param>
    public static string? Explain(string folder)
    {
        if (!OperatingSystem.IsWindows()) return UnixCalls.MayWrite(folder) is var answer and < 0 ? Marshal.GetPInvokeErrorMessage(-answer) : null;
        try
        {
            using var probe = new FileStream(Path.Combine(folder, $".factory-probe-{Guid.NewGuid():N}.lock"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return error.Message;
        }
    }

    /// <summary>The nearest folder above a path, or itself, that exists.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static string Existing(string path)
    {
        while (!Directory.Exists(path)) path = Path.GetDirectoryName(path) ?? throw new IOException("no folder of the path exists");
        return path;
    }
}
