using Factory.Core.Ledger;

namespace Factory.Benchmarks.Comparison;

/// <summary>A link to a ledger in a folder of its own, with no more of the files beside it than are named.</summary>
internal sealed class BareLedger : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("factory-bench-bare-").FullName;

    /// <summary>Makes the link.</summary>
    public BareLedger(string ledger, params string[] beside)
    {
        Path = System.IO.Path.Combine(_folder, LedgerPaths.LedgerName);
        File.CreateSymbolicLink(Path, ledger);
        foreach (var file in beside) File.Copy(file, System.IO.Path.Combine(_folder, System.IO.Path.GetFileName(file)));
    }

    /// <summary>The ledger.</summary>
    public string Path { get; }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
