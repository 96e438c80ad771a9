using System.Management.Automation;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell;

/// <summary>Turns PowerShell paths into file system paths, through the provider; <c>$PWD</c> is where relative ones begin.</summary>
internal sealed class ProviderPaths(PSCmdlet cmdlet)
{
    private const string FileSystem = "FileSystem";

    /// <summary>The current location in the file system, even when <c>$PWD</c> is on another drive.</summary>
    public string Current => cmdlet.SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    /// <summary>What paths with wildcards match. A path that matches nothing is written as an error.</summary>
    public IEnumerable<string> Expand(IEnumerable<string> patterns)
    {
        foreach (var pattern in patterns)
        {
            foreach (var path in ExpandOne(pattern)) yield return path;
        }
    }

    /// <summary>Paths as they stand. One that does not exist is written as an error.</summary>
    public IEnumerable<string> Literal(IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (Resolve(path) is not { } resolved) continue;
            if (System.IO.Path.Exists(resolved)) yield return resolved;
            else cmdlet.WriteError(ErrorCatalog.PathNotFound(path));
        }
    }

    /// <summary>A path that need not exist. One that is not in the file system is written as an error, and null.</summary>
    public string? Resolve(string path)
    {
        try
        {
            var resolved = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            if (provider.Name == FileSystem) return resolved;
            cmdlet.WriteError(ErrorCatalog.PathNotInFileSystem(path, provider.Name));
        }
        catch (Exception error) when (IsResolutionFailure(error))
        {
            cmdlet.WriteError(ErrorCatalog.PathNotFound(path, error));
        }

        return null;
    }

    private IReadOnlyList<string> ExpandOne(string pattern)
    {
        try
        {
            var found = cmdlet.SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out var provider);
            if (provider.Name != FileSystem) cmdlet.WriteError(ErrorCatalog.PathNotInFileSystem(pattern, provider.Name));
            else if (found.Count == 0) cmdlet.WriteError(ErrorCatalog.PathNotFound(pattern));
            else return [.. found];
        }
        catch (Exception error) when (IsResolutionFailure(error))
        {
            cmdlet.WriteError(ErrorCatalog.PathNotFound(pattern, error));
        }

        return [];
    }

    private static bool IsResolutionFailure(Exception error) =>
        error is SessionStateException or ProviderInvocationException or NotSupportedException or ArgumentException;
}
