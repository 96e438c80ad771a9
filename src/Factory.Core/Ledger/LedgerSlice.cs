namespace Factory.Core.Ledger;
/// <summary>x</summary>
public static class LedgerSlice {
/// <summary>x</summary>
 public static void Write(string p, string r, Stream s) { } }
