using BenchmarkDotNet.Running;
using Factory.Benchmarks;

if (args is ["history", var repository, ..]) return await HistoryRun.RunAsync(repository, args.Length > 2 ? args[2] : "HEAD");
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
return 0;
