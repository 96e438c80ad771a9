using System.Text;
using System.Text.Json;
using Factory.Core.Contracts;
using Factory.Core.Repository;

namespace Factory.Core.Bundles;

/// <summary>What a worker left in its bundle folder for the runner to take over (contract: Bundles).</summary>
/// <param name="Summary">Its SUMMARY.md, or null.</param>
/// <param name="Suggestions">Its SUGGESTIONS.md, or null.</param>
/// <param name="Handoff">Its HANDOFF_NOTE.json, or null.</param>
/// <param name="Declaration">Its FILES_CHANGED.json, byte for byte, or null.</param>
/// <param name="Warnings">What was left but could not be used, and why.</param>
public sealed record LeftFiles(string? Summary, string? Suggestions, HandoffNoteDocument? Handoff, byte[]? Declaration, IReadOnlyList<string> Warnings)
{
    private const long LargestText = 1 << 20;
    private const long LargestDeclaration = 16 << 20;

    /// <summary>Reads them. Links, folders, pipes and oversized files are refused with a warning.</summary>
    /// <param name="bundle">The bundle folder, absolute.</param>
    public static LeftFiles Read(string bundle)
    {
        var warnings = new List<string>();
        var summary = ReadText(bundle, BundleFile.Summary, warnings);
        var suggestions = ReadText(bundle, BundleFile.Suggestions, warnings);
        var note = ReadBytes(bundle, BundleFile.HandoffNote, LargestText, warnings);
        HandoffNoteDocument? handoff = null;
        try
        {
            if (note is not null) handoff = DocumentRules.Read<HandoffNoteDocument>(note);
        }
        catch (JsonException error)
        {
            warnings.Add($"its {BundleFile.HandoffNote} was replaced, because it is not of the schema: {error.Message}");
        }

        return new LeftFiles(summary, suggestions, handoff, ReadBytes(bundle, BundleFile.FilesChanged, LargestDeclaration, warnings), warnings);
    }

    private static string? ReadText(string bundle, string name, List<string> warnings) =>
        ReadBytes(bundle, name, LargestText, warnings) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static byte[]? ReadBytes(string bundle, string name, long largest, List<string> warnings)
    {
        var file = new FileInfo(Path.Combine(bundle, name));
        try
        {
            if (file.LinkTarget is null && !Path.Exists(file.FullName)) return null;
            if (!RegularFile.Is(file.FullName)) warnings.Add($"its {name} was ignored, because it is not a plain file");
            else if (file.Length > largest) warnings.Add($"its {name} was ignored, because it is larger than {largest} bytes");
            else return File.ReadAllBytes(file.FullName);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            warnings.Add($"its {name} could not be read: {error.Message}");
        }

        return null;
    }
}
