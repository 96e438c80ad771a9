using System.Text.Json;

namespace Factory.Cli.Tests;

/// <summary>One run of the demo with the key that signed it, and another key.</summary>
public sealed class TrustedRun
{
    public TrustedRun()
    {
        Result = FactoryProcess.Run(Scratch.Root, "demo", "--json").Json;
        RunFolder = Result.GetProperty("run_dir").GetString()!;
        Repository = Path.GetFullPath(Path.Combine(RunFolder, "..", "..", "..", ".."));
        var other = Path.Combine(Scratch.NewFolder(), "other.pem");
        Assert.Equal(0, FactoryProcess.Run(Scratch.Root, "key", "new", other).ExitCode);
        OtherPublicKey = Path.ChangeExtension(other, ".pub.pem");
    }

    public JsonElement Result { get; }

    public string Repository { get; }

    public string RunFolder { get; }

    public string PublicKey => Path.Combine(Repository, ".git", "demo.pub.pem");

    public string OtherPublicKey { get; }

    public string Proof => Path.Combine(RunFolder, "attestations", "ledger.tlog-proof");

    /// <summary>The run's folder in a copy of all runs, to be damaged.</summary>
    public string CopyOfRun()
    {
        var runs = Path.GetDirectoryName(RunFolder)!;
        var copy = Scratch.NewFolder();
        foreach (var file in Directory.EnumerateFiles(runs, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(runs, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return Path.Combine(copy, Path.GetFileName(RunFolder));
    }
}
