using System.Globalization;

namespace Factory.Core.Ledger;

/// <summary>Where the ledger and what belongs to it lie in a runs folder (contract: Ledger).</summary>
public sealed class LedgerPaths
{
    /// <summary>The name of the ledger.</summary>
    public const string LedgerName = "factory_ledger.jsonl";

    /// <summary>Names the files of a runs folder; nothing is created.</summary>
    public LedgerPaths(string runsFolder) => RunsFolder = Path.GetFullPath(runsFolder);

    /// <summary>The runs folder, absolute.</summary>
    public string RunsFolder { get; }

    /// <summary>The ledger.</summary>
    public string Ledger => In(LedgerName);

    /// <summary>The lock that every change to the ledger is made under; never deleted.</summary>
    public string Lock => In("factory_ledger.lock");

    /// <summary>The digest of the whole ledger, as <c>sha256sum -c</c> reads it.</summary>
    public string Digest => In("factory_ledger.sha256");

    /// <summary>The signed head of the ledger's Merkle tree (C2SP tlog-checkpoint), as the last seal left it.</summary>
    public string Checkpoint => In("factory_ledger.checkpoint");

    /// <summary>Where a checkpoint that another key signed is kept when a seal replaces it.</summary>
    /// <param name="keyId">The id of that key.</param>
    /// <param name="number">From 1, for several of one key.</param>
    public string ReplacedCheckpoint(uint keyId, int number) => In(string.Create(
        CultureInfo.InvariantCulture, $"factory_ledger.checkpoint.{keyId:x8}{(number == 1 ? "" : $".{number}")}"));

    /// <summary>What the next seal and fast readers continue from; never trusted by itself, and rebuilt when it is lost.</summary>
    public string Frontier => In("factory_ledger.frontier.json");

    /// <summary>A name for the torn end of a ledger.</summary>
    /// <param name="foundAt">When it was found; converted to UTC.</param>
    /// <param name="number">From 1, for several in one second.</param>
    public string Quarantine(DateTimeOffset foundAt, int number) => In(string.Create(
        CultureInfo.InvariantCulture, $"factory_ledger.quarantine.{foundAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}.{number}"));

    /// <summary>The paths of a ledger whose file is given.</summary>
    public static LedgerPaths OfFile(string ledger) => new(Path.GetDirectoryName(Path.GetFullPath(ledger))!);

    private string In(string name) => Path.Combine(RunsFolder, name);
}
