using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Factory.Core.Contracts;

/// <summary>
/// The name of a run: <c>&lt;kind&gt;_&lt;YYYYMMDD_HHMMSS&gt;_&lt;BASE8&gt;_&lt;NNN&gt;</c>, in UTC; BASE8 is the first 8 hex
/// digits of SHA-256 of the base commit's id in hex text; NNN counts from 001 (contract: Run id).
/// </summary>
public readonly partial record struct RunId
{
    private readonly string? _text;

    private RunId(string text) => _text = text;

    /// <summary>The whole id.</summary>
    public string Text => _text ?? throw new InvalidOperationException("an uninitialised RunId has no value");

    /// <summary>The kind, for example <c>factory</c>.</summary>
    public string Kind => Shape().Match(Text).Groups["kind"].Value;

    /// <summary>Makes the id of a run.</summary>
    /// <param name="kind">A lower-case word; see <see cref="IsKind"/>.</param>
    /// <param name="startedAt">When the run starts; converted to UTC.</param>
    /// <param name="baseCommit">The base commit.</param>
    /// <param name="number">1 or more; three digits at least.</param>
    public static RunId Create(string kind, DateTimeOffset startedAt, CommitId baseCommit, int number) => Parse(string.Create(
        CultureInfo.InvariantCulture,
        $"{kind}_{startedAt.UtcDateTime:yyyyMMdd_HHmmss}_{Base8(baseCommit)}_{number:000}"));

    /// <summary>The first 8 hex digits of SHA-256 of a commit id in hex text.</summary>
    public static string Base8(CommitId baseCommit) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(baseCommit.Hex)))[..8];

    /// <summary>Whether a text can be the kind of a run: a lower-case letter, then lower-case letters, digits, <c>_</c> or <c>-</c>.</summary>
    public static bool IsKind(string text) => KindShape().IsMatch(text);

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is not of the contract's form.</exception>
    public static RunId Parse(string text) => TryParse(text, out var id)
        ? id
        : throw new FormatException($"'{text}' is not a run id: expected <kind>_<YYYYMMDD_HHMMSS>_<BASE8>_<NNN>, for example factory_20260218_131510_6339cf02_001");

    /// <summary>Reads an id without throwing.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RunId id)
    {
        id = default;
        if (text is null || !Shape().IsMatch(text)) return false;
        id = new RunId(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    [GeneratedRegex(@"\A(?<kind>[a-z][a-z0-9_-]{0,39})_[0-9]{8}_[0-9]{6}_[0-9a-f]{8}_[0-9]{3,9}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();

    [GeneratedRegex(@"\A[a-z][a-z0-9_-]{0,39}\z", RegexOptions.CultureInvariant)]
    private static partial Regex KindShape();
}
