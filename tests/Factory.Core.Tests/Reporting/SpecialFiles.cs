using System.Net.Sockets;
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
        try
        {
            if (Directory.Exists(target)) Directory.CreateSymbolicLink(path, target);
            else File.CreateSymbolicLink(path, target);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"this system lets nobody make links: {error.Message}");
        }
    }
}
