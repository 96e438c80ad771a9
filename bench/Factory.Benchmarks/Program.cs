using BenchmarkDotNet.Running;
using Factory.Benchmarks;
using Factory.Benchmarks.Comparison;
using Factory.Benchmarks.Ledgers;

if (args is ["history", var repository, ..]) return await HistoryRun.RunAsync(repository, args.Length > 2 ? args[2] : "HEAD");
if (args is ["generate-ledger", ..]) return LedgerGenerator.Run(args);
if (args is ["guards", .. var counts]) return await GuardCost.RunAsync(counts);
if (args is ["fingerprints", .. var sizes]) return FingerprintCost.Run(sizes);
if (args is ["ledger", .. var rest]) return LedgerComparison.Run(rest);
if (args is ["ledger-work", var work, var ledger]) return MemoryMeasure.RunChild(work, ledger);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
