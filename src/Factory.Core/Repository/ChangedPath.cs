using Factory.Core.Contracts;

namespace Factory.Core.Repository;

/// <summary>One entry of git's raw diff between two trees.</summary>
/// <param name="Path">The path after the change; for a deletion, the path that is gone.</param>
/// <param name="OldPath">Where a rename or copy came from, else null.</param>
/// <param name="Type">How it changed.</param>
/// <param name="OldMode">Six octal digits; <c>000000</c> when the path is new.</param>
/// <param name="NewMode">Six octal digits; <c>000000</c> when the path is gone.</param>
/// <param name="Blob">The object after the change, or null when the path is gone.</param>
public sealed record ChangedPath(string Path, string? OldPath, ChangeType Type, string OldMode, string NewMode, CommitId? Blob)
{
    private const string GitlinkMode = "160000";

    /// <summary>The object before the change, or null when the path is new; for a rename or copy, the object it came from.</summary>
    public CommitId? OldBlob { get; init; }

    /// <summary>Whether the path is now a submodule or another repository, whose files git does not hold.</summary>
    public bool IsGitlink => NewMode == GitlinkMode;

    /// <summary>The paths that this change takes or frees: the new one, and the old one of a rename.</summary>
    public IEnumerable<string> TouchedPaths => Type == ChangeType.Renamed ? [OldPath!, Path] : [Path];

    /// <summary>What happened besides the content, in words for the evidence.</summary>
    public string Describe() => Type switch
    {
        ChangeType.Renamed => $"renamed from {OldPath}",
        ChangeType.Copied => $"copied from {OldPath}",
        ChangeType.Modified when OldMode != NewMode => $"mode {OldMode} to {NewMode}",
        ChangeType.Added when NewMode != "100644" => $"mode {NewMode}",
        _ => "",
    };

    /// <summary>Reads the output of <c>git diff-tree -r -z --raw</c>.</summary>
    /// <exception cref="FormatException">The output is not of that form.</exception>
    public static IReadOnlyList<ChangedPath> ParseRaw(IReadOnlyList<string> fields)
    {
        var changes = new List<ChangedPath>();
        for (var i = 0; i < fields.Count;)
        {
            // ":100644 100755 <old> <new> M" NUL path NUL, and a second path after R and C.
            var parts = fields[i++].TrimStart(':').Split(' ');
            if (parts.Length != 5 || i >= fields.Count) throw new FormatException("git's raw diff has an unexpected form");
            var type = TypeOf(parts[4]);
            var first = fields[i++];
            var second = type is ChangeType.Renamed or ChangeType.Copied ? fields[i++] : null;
            var blob = CommitId.Parse(parts[3]);
            var old = CommitId.Parse(parts[2]);
            changes.Add(new ChangedPath(second ?? first, second is null ? null : first, type, parts[0], parts[1], blob.IsZero ? null : blob) { OldBlob = old.IsZero ? null : old });
        }

        return changes;
    }

    private static ChangeType TypeOf(string letter) => letter[0] switch
    {
        'A' => ChangeType.Added,
        'M' or 'T' => ChangeType.Modified,
        'D' => ChangeType.Deleted,
        'R' => ChangeType.Renamed,
        'C' => ChangeType.Copied,
        _ => throw new FormatException($"git's raw diff has the unexpected status '{letter}'"),
    };
}
