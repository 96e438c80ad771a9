using Factory.Core.Configuration;

namespace Factory.Core.Reporting;

/// <summary>What a configuration switches off, in the words of the report: a check that did not run is said to have not run.</summary>
public static class Unexamined
{
    /// <summary>One sentence for each switch that is off.</summary>
    public static IReadOnlyList<string> Of(SecuritySection security)
    {
        var lines = new List<string>();
        if (!security.SecretScanEnabled) lines.Add("not examined: secrets, because security.secret_scan_enabled is false");
        if (security.AllowExecutableArtifacts) lines.Add("not examined: executable artifacts, because security.allow_executable_artifacts is true");
        if (security.EscapeCheck != "block") lines.Add("changes to your checkout and to refs outside the run only warn, because security.escape_check is " + security.EscapeCheck);
        return lines;
    }
}
