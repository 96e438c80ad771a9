using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace Factory.Benchmarks;

/// <summary>For benchmarks whose one invocation is a whole run with processes of its own: each iteration measures one.</summary>
internal sealed class WholeRuns : ManualConfig
{
    public WholeRuns() => AddJob(Job.Default
        .WithToolchain(InProcessEmitToolchain.Instance)
        .WithStrategy(RunStrategy.Monitoring)
        .WithWarmupCount(3)
        .WithIterationCount(20)
        .WithInvocationCount(1)
        .WithUnrollFactor(1));
}
