using System.Runtime.InteropServices;
using System.Security;
using Factory.Core.Contracts;

namespace Factory.Core.Attestation.Keys;

/// <summary>The passphrase of a private key. Its memory is cleared when it is disposed; no message ever shows it.</summary>
public sealed class Passphrase : IDisposable
{
    /// <summary>The variable that a passphrase is taken from when the caller gives none.</summary>
    public const string Variable = SigningKey.PassphraseVariable;

    private readonly char[] _characters;

    /// <summary>Copies the characters; the caller clears its own.</summary>
    public Passphrase(ReadOnlySpan<char> characters)
    {
        // Pinned: the collector leaves no copy behind when it moves things.
        _characters = GC.AllocateUninitializedArray<char>(characters.Length, pinned: true);
        characters.CopyTo(_characters);
    }

    /// <summary>The characters; not to be kept.</summary>
    public ReadOnlySpan<char> Characters => _characters;

    /// <summary>Whether there is no character, which is no passphrase.</summary>
    public bool IsEmpty => _characters.Length == 0;

    /// <summary>Copies a secure string.</summary>
    public static unsafe Passphrase From(SecureString text)
    {
        var memory = Marshal.SecureStringToGlobalAllocUnicode(text);
        try
        {
            return new Passphrase(new ReadOnlySpan<char>((void*)memory, text.Length));
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(memory);
        }
    }

    /// <summary>Takes <see cref="Variable"/> from an environment; null when it is absent or empty.</summary>
    public static Passphrase? From(IReadOnlyDictionary<string, string> environment) =>
        environment.TryGetValue(Variable, out var text) && text.Length > 0 ? new Passphrase(text) : null;

    /// <summary>Clears the characters.</summary>
    public void Dispose() => Array.Clear(_characters);

    /// <summary>Never the passphrase.</summary>
    public override string ToString() => "(a passphrase)";
}
