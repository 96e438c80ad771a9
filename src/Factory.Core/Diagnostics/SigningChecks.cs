using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;

namespace Factory.Core.Diagnostics;

/// <summary>Whether a run could be signed. The user's own key is not made only to look.</summary>
internal static class SigningChecks
{
    private const string Name = "signing_key";

    /// <summary>The checks.</summary>
    public static IReadOnlyList<DoctorCheck> All { get; } = [DoctorCheck.Of(Name, Look)];

    private static IReadOnlyList<DoctorFinding> Look(Patient patient)
    {
        var (configured, environment) = (patient.Config.Attestation.Key, patient.Request.Environment);
        if (configured is null && new UserKey(UserKey.FolderOf(environment)) is var own && !File.Exists(own.PrivateKeyPath)) return [ToBeMade(own)];
        using var opened = KeyRing.Open(new KeyRequest { Key = configured, Folder = patient.Repository.Root, Environment = environment });
        return opened.Warnings.Count == 0
            ? [new(Name, RunStatus.Pass, $"{opened.Source}, fingerprint {opened.Key.Public.Fingerprint}", "")]
            : [.. opened.Warnings.Select(warning => new DoctorFinding(Name, RunStatus.Warn, warning, "mend it, or give another key: attestation.key"))];
    }

    private static DoctorFinding ToBeMade(UserKey own) => own.FindObstacle() is { } obstacle
        ? new(Name, RunStatus.Blocked, obstacle.Message, obstacle.Blocker.NextAction)
        : new(Name, RunStatus.Pass, $"the first run makes your own key, {own.PrivateKeyPath}", "");
}
