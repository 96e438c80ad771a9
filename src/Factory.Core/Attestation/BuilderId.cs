namespace Factory.Core.Attestation;

/// <summary>
/// Who a run's provenance says it was made by (SLSA <c>builder.id</c>): one address for each kind of place, so that a run
/// on somebody's own machine never looks like one of a build service. The environment is what tells them apart, and the
/// environment is not proof: what counts is whose key signed.
/// </summary>
public static class BuilderId
{
    /// <summary>A person's machine. It names neither the machine nor the person.</summary>
    public const string Local = "https://factory.invalid/builders/local";

    /// <summary>A build service that Factory does not know by name.</summary>
    public const string OtherService = "https://factory.invalid/builders/ci";

    /// <summary>The address that goes with an environment.</summary>
    public static string Of(IReadOnlyDictionary<string, string> environment)
    {
        string At(string name) => environment.TryGetValue(name, out var value) ? value.Trim() : "";
        bool Is(string name) => At(name) is "true" or "True" or "TRUE" or "1";
        if (Is("GITHUB_ACTIONS")) return OfGitHub(At);
        if (Is("TF_BUILD") && Web(At("SYSTEM_COLLECTIONURI")) is { } collection)
            return $"{collection}/{Uri.EscapeDataString(At("SYSTEM_TEAMPROJECT"))}/_build?definitionId={Uri.EscapeDataString(At("SYSTEM_DEFINITIONID"))}";
        if (Is("GITLAB_CI") && Web(At("CI_PROJECT_URL")) is { } project) return $"{project}/-/runners/{Uri.EscapeDataString(At("CI_RUNNER_ID"))}";
        return Is("CI") || Is("TF_BUILD") ? OtherService : Local;
    }

    // The workflow names what was trusted to start the run; without it, GitHub's own name for its runners.
    private static string OfGitHub(Func<string, string> at)
    {
        var server = Web(at("GITHUB_SERVER_URL")) ?? "https://github.com";
        return at("GITHUB_WORKFLOW_REF") is { Length: > 0 } workflow && Uri.TryCreate($"{server}/{workflow}", UriKind.Absolute, out var address)
            ? address.AbsoluteUri
            : $"{server}/actions/runner/{(at("RUNNER_ENVIRONMENT") is "github-hosted" ? "github-hosted" : "self-hosted")}";
    }

    private static string? Web(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" ? address.GetLeftPart(UriPartial.Path).TrimEnd('/') : null;
}
