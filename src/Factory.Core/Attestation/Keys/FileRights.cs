using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;

namespace Factory.Core.Attestation.Keys;

/// <summary>Who may read a private key's file, and files that only their owner may read.</summary>
internal static class FileRights
{
    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    /// <summary>What is wrong with a key file's rights and how to mend it, or null.</summary>
    public static string? Explain(string file)
    {
        if (OperatingSystem.IsWindows()) return ExplainOnWindows(file);
        var mode = File.GetUnixFileMode(file);
        return (mode & Others) == 0 ? null : $"others may use the private key {file} (mode {Convert.ToString((int)mode & 0x1FF, 8)}); mend it with: chmod 600 '{file}'";
    }

    /// <summary>What is wrong with the rights of the folder of keys, or null.</summary>
    public static string? ExplainFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) return null;
        var mode = File.GetUnixFileMode(folder);
        return (mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0 ? null : $"others may replace the keys in {folder}; mend it with: chmod 700 '{folder}'";
    }

    /// <summary>Makes a folder that only the current user may enter; one that exists is left as it is.</summary>
    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) CreateFolderOnWindows(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Makes a new file that only the current user may read from its first moment on.</summary>
    /// <exception cref="IOException">It exists, or cannot be made.</exception>
    public static FileStream CreateFile(string file) => OperatingSystem.IsWindows()
        ? CreateFileOnWindows(file)
        : new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });

    [SupportedOSPlatform("windows")]
    private static string? ExplainOnWindows(string file)
    {
        var self = WindowsIdentity.GetCurrent().User;
        var trusted = new HashSet<SecurityIdentifier> { new(WellKnownSidType.LocalSystemSid, null), new(WellKnownSidType.BuiltinAdministratorsSid, null) };
        if (self is not null) trusted.Add(self);
        var rules = new FileInfo(file).GetAccessControl(AccessControlSections.Access).GetAccessRules(includeExplicit: true, includeInherited: true, typeof(SecurityIdentifier));
        var loose = rules.Cast<FileSystemAccessRule>().Any(rule => rule.AccessControlType == AccessControlType.Allow && !trusted.Contains((SecurityIdentifier)rule.IdentityReference));
        return loose ? $"others may use the private key {file}; mend it with: icacls \"{file}\" /inheritance:r /grant:r \"%USERNAME%:F\"" : null;
    }

    [SupportedOSPlatform("windows")]
    private static void CreateFolderOnWindows(string folder)
    {
        if (Directory.Exists(folder)) return;
        if (Path.GetDirectoryName(folder) is { } parent) Directory.CreateDirectory(parent);
        var security = new DirectorySecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(CurrentUser(), FileSystemRights.FullControl, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
        new DirectoryInfo(folder).Create(security);
    }

    [SupportedOSPlatform("windows")]
    private static FileStream CreateFileOnWindows(string file)
    {
        var security = new FileSecurity();
        security.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        security.AddAccessRule(new FileSystemAccessRule(CurrentUser(), FileSystemRights.FullControl, AccessControlType.Allow));
        return new FileInfo(file).Create(FileMode.CreateNew, FileSystemRights.FullControl, FileShare.None, bufferSize: 1, FileOptions.None, security);
    }

    [SupportedOSPlatform("windows")]
    private static SecurityIdentifier CurrentUser() => WindowsIdentity.GetCurrent().User ?? throw new UnauthorizedAccessException("the current user has no security identifier");
}
