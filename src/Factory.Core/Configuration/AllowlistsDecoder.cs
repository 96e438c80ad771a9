namespace Factory.Core.Configuration;

/// <summary>Reads the lists of section <c>security</c>: what the caller says is no secret and no unwanted artifact.</summary>
internal static class AllowlistsDecoder
{
    public static IReadOnlyList<string> Keys { get; } = ["secret_allowlist", "artifact_allowlist"];

    public static void Decode(ConfigMember member, ConfigDraft draft)
    {
        var security = draft.Config.Security;
        if (member.Name == "artifact_allowlist")
        {
            security = security with { ArtifactGlobs = member.Value.Texts(draft, GlobSyntax.Explain) };
        }
        else
        {
            var lists = member.Value.Members(draft, "paths", "fingerprints");
            if (lists.TryGetValue("paths", out var paths)) security = security with { SecretPaths = paths.Texts(draft, GlobSyntax.Explain) };
            if (lists.TryGetValue("fingerprints", out var prints)) security = security with { SecretFingerprints = prints.Texts(draft, ConfigRules.Fingerprint) };
        }

        draft.Config = draft.Config with { Security = security };
    }
}
