namespace Factory.Core.Attestation;

/// <summary>The address of a git repository as provenance names it: <c>git+https://host/path</c> (SPDX download location).</summary>
public static class SourceUri
{
    /// <summary>Turns the address of a remote into one that shows no user, password, query or local folder; else null.</summary>
    /// <param name="remote">The remote's address as git keeps it: a URL, <c>user@host:path</c>, or a path.</param>
    public static string? Of(string? remote)
    {
        if (string.IsNullOrWhiteSpace(remote)) return null;
        var text = remote.Trim();
        if (!text.Contains("://", StringComparison.Ordinal))
        {
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            // One letter before the colon is a drive.
            if (colon < 2 || text.AsSpan(0, colon).Contains('/') || text.AsSpan(0, colon).Contains('\\')) return null;
            text = $"ssh://{text[..colon]}/{text[(colon + 1)..].TrimStart('/')}";
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http" or "ssh" or "git") || address.Host.Length == 0) return null;
        return $"git+{address.Scheme}://{address.IdnHost}{(address.IsDefaultPort || address.Port < 0 ? "" : FormattableString.Invariant($":{address.Port}"))}{address.AbsolutePath}";
    }
}
