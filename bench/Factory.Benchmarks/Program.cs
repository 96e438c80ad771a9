using BenchmarkDotNet.Running;
using Factory.Benchmarks;
using Factory.Benchmarks.Ledgers;

if (args is ["history", var repository, ..]) return await HistoryRun.RunAsync(repository, args.Length > 2 ? args[2] : "HEAD");
if (args is ["generate-ledger", ..]) return LedgerGenerator.Run(args);
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
