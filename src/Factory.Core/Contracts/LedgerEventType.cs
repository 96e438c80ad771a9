using System.Text.Json.Serialization;

namespace Factory.Core.Contracts;

/// <summary>What a ledger line records (contract: Ledger).</summary>
[JsonConverter(typeof(WireEnumConverter<LedgerEventType>))]
public enum LedgerEventType
{
    /// <summary>A run began.</summary>
    [WireName("RUN_START")] RunStart,
    /// <summary>The run's folder and manifest were written.</summary>
    [WireName("RUN_INIT")] RunInit,
    /// <summary>The environment was checked.</summary>
    [WireName("PREFLIGHT")] Preflight,
    /// <summary>The worktrees were made ready.</summary>
    [WireName("WORKTREE_CREATE")] WorktreeCreate,
    /// <summary>All workers ended.</summary>
    [WireName("LAUNCH_RESULT")] LaunchResult,
    /// <summary>A worker's command was started.</summary>
    [WireName("WORKER_START")] WorkerStart,
    /// <summary>A worker's command ended.</summary>
    [WireName("WORKER_END")] WorkerEnd,
    /// <summary>A worker's bundle was found.</summary>
    [WireName("WORKER_BUNDLE_DISCOVERED")] WorkerBundleDiscovered,
    /// <summary>Bundles were validated.</summary>
    [WireName("BUNDLE_VALIDATED")] BundleValidated,
    /// <summary>Workers' paths were compared with each other.</summary>
    [WireName("OVERLAP_CHECK")] OverlapCheck,
    /// <summary>Workers' paths were compared with their scope locks.</summary>
    [WireName("SCOPE_CHECK")] ScopeCheck,
    /// <summary>Integration began.</summary>
    [WireName("INTEGRATE_START")] IntegrateStart,
    /// <summary>A check of the merged tree ended.</summary>
    [WireName("CHECK_RESULT")] CheckResult,
    /// <summary>Integration reached its verdict.</summary>
    [WireName("INTEGRATION_RESULT")] IntegrationResult,
    /// <summary>The final report was written.</summary>
    [WireName("REPORT_WRITTEN")] ReportWritten,
    /// <summary>The attestations were written.</summary>
    [WireName("ATTESTATION_WRITTEN")] AttestationWritten,
    /// <summary>The run moved from one state to another.</summary>
    [WireName("RUN_STATE")] RunState,
    /// <summary>The run ended; its details carry the verdict.</summary>
    [WireName("RUN_END")] RunEnd,
    /// <summary>The oneshot's summary was written.</summary>
    [WireName("ONESHOT_SUMMARY")] OneshotSummary,
    /// <summary>A torn end of the ledger, left by a crash, was moved to quarantine.</summary>
    [WireName("LEDGER_RECOVERED")] LedgerRecovered,
}
