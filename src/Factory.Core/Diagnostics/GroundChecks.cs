using System.Runtime.InteropServices;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.Core.Reporting;
using Factory.Core.Repository;

namespace Factory.Core.Diagnostics;

/// <summary>What every run stands on: .NET, git, repository, configuration, base.</summary>
internal static class GroundChecks
{
    /// <summary>In the order in which one needs the other.</summary>
    public static IReadOnlyList<DoctorCheck> All { get; } =
    [
        DoctorCheck.Of("dotnet", _ => [new("dotnet", RunStatus.Pass, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.RuntimeIdentifier}", "")]),
        new("git", GitAsync),
        new("repository", RepositoryAsync),
        DoctorCheck.Of("config", Config),
        new("base_ref", BaseAsync),
        new("branches", BranchesAsync),
        DoctorCheck.Of("git_folder", GitFolder),
        new("checkout", CheckoutAsync),
        new("identity", IdentityAsync),
        new("autocrlf", LineEndingsAsync),
        .. OperatingSystem.IsWindows() ? [new DoctorCheck("long_paths", LongPathsAsync)] : Array.Empty<DoctorCheck>(),
    ];

    private static async Task<IReadOnlyList<DoctorFinding>> GitAsync(Patient patient, CancellationToken cancellationToken)
    {
        var version = await GitVersion.RequireAsync(patient.Git, cancellationToken).ConfigureAwait(false);
        return [new("git", RunStatus.Pass, $"git {version}; {GitVersion.Oldest} or newer is needed", "")];
    }

    private static async Task<IReadOnlyList<DoctorFinding>> RepositoryAsync(Patient patient, CancellationToken cancellationToken)
    {
        patient.Repository = await GitRepository.OpenAsync(patient.Git, patient.Request.Repository, cancellationToken).ConfigureAwait(false);
        return [new("repository", RunStatus.Pass, patient.Repository.Root, "")];
    }

    private static IReadOnlyList<DoctorFinding> Config(Patient patient)
    {
        var (config, problems) = ConfigLoader.Read(patient.Repository.Root, patient.Request.ConfigFile, patient.Request.Environment, patient.Request.Overrides);
        if (config is null || problems.Count > 0) return [.. problems.Select(problem => new DoctorFinding("config", RunStatus.Blocked, problem.Path is { } path ? $"{path}: {problem.Message}" : problem.Message, problem.NextAction))];
        patient.Config = config;
        return [new("config", RunStatus.Pass, config.Source ?? "", "")];
    }

    private static async Task<IReadOnlyList<DoctorFinding>> BaseAsync(Patient patient, CancellationToken cancellationToken)
    {
        _ = patient.Config;
        var ground = await RunGround.OpenAsync(patient.Request, null, cancellationToken).ConfigureAwait(false);
        patient.Ground = ground;
        return [new("base_ref", RunStatus.Pass, $"{ground.BaseRef} is {ground.BaseCommit.Hex}", "")];
    }

    private static async Task<IReadOnlyList<DoctorFinding>> BranchesAsync(Patient patient, CancellationToken cancellationToken) =>
        Found("branches", await patient.Obstacles.FindBranchesInTheWayAsync(cancellationToken).ConfigureAwait(false), $"nothing is in the way of the branches below {patient.Config.Run.BranchPrefix}");

    private static IReadOnlyList<DoctorFinding> GitFolder(Patient patient) =>
        Found("git_folder", patient.Obstacles.FindInGitFolder(), $"git can write commits, branches and worktrees into {patient.Repository.CommonDirectory}");

    private static async Task<IReadOnlyList<DoctorFinding>> CheckoutAsync(Patient patient, CancellationToken cancellationToken)
    {
        var call = new GitCall("status", "--porcelain", "-z", "--untracked-files=all", "--no-renames");
        var changes = (await patient.Ground.Repository.RequireAsync(call, cancellationToken).ConfigureAwait(false)).Fields.Count;
        return [new("checkout", RunStatus.Pass, changes == 0 ? "every change is committed" : $"{Reports.Count(changes, "change")} of your checkout {(changes == 1 ? "is" : "are")} not committed; workers start from {patient.Ground.BaseRef} and do not see {(changes == 1 ? "it" : "them")}", "")];
    }

    /// <summary>What stands in the way, one finding each, or that nothing does.</summary>
    public static IReadOnlyList<DoctorFinding> Found(string name, IReadOnlyList<Blocker> blockers, string otherwise, RunStatus status = RunStatus.Blocked) => blockers.Count == 0
        ? [new(name, RunStatus.Pass, otherwise, "")]
        : [.. blockers.Select(blocker => new DoctorFinding(name, status, blocker.Worker is null ? blocker.Message : $"{blocker.Worker}: {blocker.Message}", blocker.NextAction))];

    private static async Task<IReadOnlyList<DoctorFinding>> IdentityAsync(Patient patient, CancellationToken cancellationToken)
    {
        var identity = await GitIdentity.FindAsync(patient.Repository, cancellationToken).ConfigureAwait(false);
        return identity.Variables.Count == 0
            ? [new("identity", RunStatus.Pass, "the run's commits carry your name and address", "")]
            : [new("identity", RunStatus.Pass, "git knows no user.name or user.email here, so the run's commits carry 'Factory <factory@localhost>' in their place", "")];
    }

    private static async Task<IReadOnlyList<DoctorFinding>> LineEndingsAsync(Patient patient, CancellationToken cancellationToken)
    {
        var value = await AskAsync(patient, "core.autocrlf", cancellationToken).ConfigureAwait(false);
        return value is null or "false" or "input"
            ? [new("autocrlf", RunStatus.Pass, $"core.autocrlf is {value ?? "not set"}: workers see the line endings of the commits", "")]
            : [new("autocrlf", RunStatus.Pass, $"core.autocrlf is {value}: workers see CR LF; patches that they apply need 'eol=lf' in .gitattributes", "")];
    }

    private static async Task<IReadOnlyList<DoctorFinding>> LongPathsAsync(Patient patient, CancellationToken cancellationToken)
    {
        var value = await AskAsync(patient, "core.longpaths", cancellationToken).ConfigureAwait(false);
        return value is "true"
            ? [new("long_paths", RunStatus.Pass, "core.longpaths is true", "")]
            : [new("long_paths", RunStatus.Warn, "core.longpaths is not true: git refuses paths beyond 260 characters, and worktrees lie deep", "git config --global core.longpaths true")];
    }

    private static async Task<string?> AskAsync(Patient patient, string name, CancellationToken cancellationToken)
    {
        var call = new GitCall("config", "--get", name);
        var answer = await patient.Repository.RunAsync(call, cancellationToken).ConfigureAwait(false);
        // 1 says that it is not set; anything else is not an answer.
        return answer.ExitCode switch { 0 => answer.Text, 1 => null, var code => throw GitRepository.Failed(call, code, answer.Error) };
    }
}
