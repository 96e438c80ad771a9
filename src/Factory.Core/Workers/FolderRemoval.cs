namespace Factory.Core.Workers;

/// <summary>Deletes a folder without ever following a symbolic link, a junction or another reparse point.</summary>
public static class FolderRemoval
{
    /// <summary>Deletes the folder and all in it; a folder that does not exist is no error.</summary>
    /// <exception cref="IOException">A file is in use.</exception>
    public static void Delete(string path)
    {
        var folder = new DirectoryInfo(path);
        if (!folder.Exists) return;
        if (folder.Attributes.HasFlag(FileAttributes.ReparsePoint))
        {
            folder.Delete();
            return;
        }

        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo child && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
            {
                Delete(child.FullName);
                continue;
            }

            // Git marks its object files read-only, and Windows refuses to delete those.
            if (OperatingSystem.IsWindows() && entry.Attributes.HasFlag(FileAttributes.ReadOnly)) entry.Attributes = FileAttributes.Normal;
            entry.Delete();
        }

        folder.Delete();
    }
}
