using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;

namespace Factory.Core.Tests.Attestation.Keys;

public sealed class UserKeyTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private UserKey Key => new(UserKey.FolderOf(_folder.Environment));

    [Fact]
    public void The_users_key_is_made_once_and_only_its_owner_may_read_it()
    {
        using var first = _folder.Open(null);
        using var second = _folder.Open(null);
        Assert.Equal((true, false), (first.IsNew, second.IsNew));
        Assert.Equal(first.Key.Public.Fingerprint, second.Key.Public.Fingerprint);
        Assert.Equal(first.Key.Public.Fingerprint, VerifyingKeyFile.Read(Key.PublicKeyPath).Fingerprint);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(Key.PrivateKeyPath));
        Assert.Equal((UnixFileMode)0x1C0, File.GetUnixFileMode(Path.GetDirectoryName(Key.PrivateKeyPath)!));
    }

    [Fact]
    public async Task Many_that_make_it_at_once_end_with_one_key()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() =>
        {
            using var opened = _folder.Open(null);
            return opened.Key.Public.Fingerprint;
        }, TestContext.Current.CancellationToken)));
        Assert.Single(keys.Distinct());
        Assert.Equal(["factory.key.pem", "factory.lock", "factory.pub.pem"], Directory.GetFiles(Path.GetDirectoryName(Key.PrivateKeyPath)!).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_key_or_folder_that_others_may_use_is_refused_with_what_mends_it()
    {
        _folder.Open(null).Dispose();
        KeyFolder.SetMode(Key.PrivateKeyPath, 0x1A4);
        Assert.Contains("chmod 600", Assert.Throws<FactoryException>(() => _folder.Open(null)).Message, StringComparison.Ordinal);
        KeyFolder.SetMode(Key.PrivateKeyPath, 0x180);
        KeyFolder.SetMode(Path.GetDirectoryName(Key.PrivateKeyPath)!, 0x1FF);
        Assert.Contains("chmod 700", Assert.Throws<FactoryException>(() => _folder.Open(null)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_home_that_is_absent_or_cannot_be_written_is_said_and_asks_for_a_key()
    {
        var nowhere = new KeyRequest { Folder = _folder.Path, Environment = new Dictionary<string, string> { ["XDG_DATA_HOME"] = "relative" } };
        Assert.Contains("give a key", Assert.Throws<FactoryException>(() => KeyRing.Open(nowhere)).Blocker.NextAction, StringComparison.Ordinal);
        _folder.Write("file", "");
        var blocked = nowhere with { Environment = new Dictionary<string, string> { ["HOME"] = _folder.At("file"), ["LOCALAPPDATA"] = _folder.At("file") } };
        Assert.Contains("give a key", Assert.Throws<FactoryException>(() => KeyRing.Open(blocked)).Blocker.NextAction, StringComparison.Ordinal);
    }

    [Fact]
    public void The_xdg_folder_comes_before_the_home()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "XDG is for Linux");
        Assert.Equal("/data/factory/keys", UserKey.FolderOf(new Dictionary<string, string> { ["HOME"] = "/home/x", ["XDG_DATA_HOME"] = "/data" }));
        Assert.Equal("/home/x/.local/share/factory/keys", UserKey.FolderOf(new Dictionary<string, string> { ["HOME"] = "/home/x", ["XDG_DATA_HOME"] = "data" }));
    }
}
