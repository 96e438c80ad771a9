using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Keys;

/// <summary>A private key, ready to sign.</summary>
/// <param name="Key">The key; disposed with this.</param>
/// <param name="Source">Where it came from, for people: a file or <c>cert:</c> and a thumbprint.</param>
/// <param name="Warnings">What the user should mend, though the key works.</param>
/// <param name="IsNew">Whether it was made just now.</param>
public sealed record OpenedKey(SigningKey Key, string Source, IReadOnlyList<string> Warnings, bool IsNew = false) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Key.Dispose();
}
