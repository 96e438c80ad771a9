using System.Net.Sockets;
using System.Runtime.InteropServices;
using Factory.Core.Tests.Pipeline;

namespace Factory.Core.Tests.Reporting;

/// <summary>Makes what is no plain file; skips the test where the system cannot.</summary>
internal static class SpecialFiles
{
    public static void Pipe(string path)
    {
        // Elsewhere nothing short of opening one tells a pipe from a file.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes are told apart on Linux only");
        TestRepository.Run(Path.GetDirectoryName(path)!, "mkfifo", path);
    }

    public static Socket Socket(string path)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sockets are told apart on Linux only");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    public static void Link(string path, string target)
    {
        // Wine says that it made one, and did not.
        Assert.SkipWhen(IsWine, "neither a symbolic link nor a junction can be made under Wine");
        try
        {
            if (Directory.Exists(target)) Directory.CreateSymbolicLink(path, target);
            else File.CreateSymbolicLink(path, target);
            if (new FileInfo(path).LinkTarget is null) LinkOtherwise(path, target, "the call made none");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            LinkOtherwise(path, target, error.Message);
        }
    }

    private static bool IsWine => NativeLibrary.TryLoad("ntdll.dll", out var library) && NativeLibrary.TryGetExport(library, "wine_get_version", out _);

    private static void LinkOtherwise(string path, string target, string why)
    {
        if (!OperatingSystem.IsWindows() || !Directory.Exists(target)) Assert.Skip($"this system lets nobody make links to files: {why}");
        try
        {
            Junction.Create(path, target);
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            Assert.Skip($"neither a symbolic link nor a junction can be made here: {why}; {error.Message}");
        }
    }
}
