using System.Security.Cryptography;
using Factory.Core.Contracts;
using Factory.Core.Ledger;
using Factory.Core.Locking;

namespace Factory.Core.Attestation.Keys;

/// <summary>The key that a user signs with when none is given. It is made on first use, and only its owner may read it.</summary>
/// <param name="folder">The folder of the user's keys, absolute.</param>
public sealed class UserKey(string folder)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The private key.</summary>
    public string PrivateKeyPath { get; } = Path.Combine(folder, "factory.key.pem");

    /// <summary>The public key.</summary>
    public string PublicKeyPath { get; } = Path.Combine(folder, "factory.pub.pem");

    /// <summary>
    /// The folder of a user's keys: <c>%LOCALAPPDATA%\Factory\keys</c> on Windows, <c>~/Library/Application
    /// Support/Factory/keys</c> on macOS, <c>$XDG_DATA_HOME/factory/keys</c> or <c>~/.local/share/factory/keys</c> elsewhere.
    /// </summary>
    /// <exception cref="FactoryException">The environment names no home.</exception>
    public static string FolderOf(IReadOnlyDictionary<string, string> environment)
    {
        string? At(string name) => environment.TryGetValue(name, out var value) && Path.IsPathFullyQualified(value) ? value : null;
        if (OperatingSystem.IsWindows()) return Path.Combine(At("LOCALAPPDATA") ?? throw NoHome("LOCALAPPDATA"), "Factory", "keys");
        if (OperatingSystem.IsMacOS()) return Path.Combine(At("HOME") ?? throw NoHome("HOME"), "Library", "Application Support", "Factory", "keys");
        // The XDG rules say that a relative value does not count.
        return Path.Combine(At("XDG_DATA_HOME") ?? Path.Combine(At("HOME") ?? throw NoHome("HOME"), ".local", "share"), "factory", "keys");
    }

    /// <summary>Opens the key, or makes it. Processes that make it at once end with one key.</summary>
    /// <exception cref="FactoryException">It cannot be made, others may use it, or it cannot be read.</exception>
    public OpenedKey OpenOrCreate()
    {
        try
        {
            var isNew = false;
            if (!File.Exists(PrivateKeyPath))
            {
                FileRights.CreateFolder(folder);
                using var held = FileLock.Acquire(Path.Combine(folder, "factory.lock"), holder: null, Patience);
                isNew = !File.Exists(PrivateKeyPath);
                if (isNew) Create();
            }

            RefuseLooseRights();
            return new PemKey(PrivateKeyPath).Open(null) with { IsNew = isNew };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw CannotBeMade(error.Message, error);
        }
    }

    /// <summary>Says why the key, which is not there yet, could not be made; null when it could. Nothing is made.</summary>
    public FactoryException? FindObstacle()
    {
        var existing = Guards.Writes.FolderRights.Existing(folder);
        return Guards.Writes.FolderRights.Explain(existing) is { } problem ? CannotBeMade($"{problem} ({existing})", null) : null;
    }

    private FactoryException CannotBeMade(string why, Exception? inner) => new(
        BlockerKind.Config, $"your own signing key cannot be made in {folder}: {why}", "make that folder writable, or give a key: set attestation.key to a PEM file or cert:THUMBPRINT", folder, inner: inner);

    // The private key comes last and in one step: who sees it sees all of it, with the public key beside it.
    private void Create()
    {
        var draft = Path.Combine(folder, $".factory.{Guid.NewGuid():N}");
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            KeyFile.Write(key, draft + ".key", draft + ".pub", null);
            File.Move(draft + ".pub", PublicKeyPath, overwrite: true);
            File.Move(draft + ".key", PrivateKeyPath, overwrite: false);
            DurableFile.FlushFolder(folder);
        }
        finally
        {
            File.Delete(draft + ".key");
            File.Delete(draft + ".pub");
        }
    }

    private void RefuseLooseRights()
    {
        if ((FileRights.ExplainFolder(folder) ?? FileRights.Explain(PrivateKeyPath)) is not { } problem) return;
        throw new FactoryException(BlockerKind.Config, $"your own signing key is not safe: {problem}", "mend the rights; if someone may have read the key, move it away, and a new one is made", PrivateKeyPath);
    }

    private static FactoryException NoHome(string variable) => new(
        BlockerKind.Config, $"there is no place for your own signing key: {variable} names no folder", $"set {variable}, or give a key: set attestation.key to a PEM file or cert:THUMBPRINT");
}
