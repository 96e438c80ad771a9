using System.Buffers;
using System.Text;

namespace Factory.Core.Contracts;

/// <summary>The combined document of a run, and the way back from a place in it to the file that it came from.</summary>
public sealed class CombinedDocuments
{
    private readonly ArrayBufferWriter<byte> _utf8 = new();
    private readonly List<Part> _parts = [];
    private readonly List<SchemaProblem> _problems = [];
    private int _line = 1;

    internal CombinedDocuments()
    {
    }

    /// <summary>The combined document, UTF-8.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8.WrittenMemory;

    /// <summary>The documents that could not be taken in: missing, not JSON, or with a key twice.</summary>
    public IReadOnlyList<SchemaProblem> Problems => _problems;

    /// <summary>Names a problem of the combined document by its file; null for one that <see cref="Problems"/> tells already.</summary>
    internal SchemaProblem? Locate(SchemaProblem problem)
    {
        // The longest prefix, for a document's path may begin with another's.
        var part = _parts.Where(part => part.Holds(problem.Path)).MaxBy(part => part.Path.Length);
        if (part is null) return problem;
        return part.IsFaulty ? null : problem with
        {
            Document = part.File,
            Path = problem.Path[part.Path.Length..].TrimStart('.'),
            Line = problem.Line - part.FirstLine + 1,
        };
    }

    internal void Append(string json) => Append(Encoding.UTF8.GetBytes(json));

    internal void Add(string file, string path, byte[] utf8)
    {
        Append("\n");
        _parts.Add(new(file, path, _line, IsFaulty: false));
        Append(utf8);
        Append("\n");
    }

    internal void AddFaulty(string path, SchemaProblem problem)
    {
        _problems.Add(problem);
        _parts.Add(new(problem.Document ?? "", path, _line, IsFaulty: true));
        Append("null");
    }

    private void Append(byte[] utf8)
    {
        _utf8.Write(utf8);
        for (var i = 0; i < utf8.Length; i++)
            if (utf8[i] == '\n' || (utf8[i] == '\r' && (i + 1 == utf8.Length || utf8[i + 1] != '\n'))) _line++;
    }

    private sealed record Part(string File, string Path, int FirstLine, bool IsFaulty)
    {
        public bool Holds(string path) =>
            path.StartsWith(Path, StringComparison.Ordinal) && (path.Length == Path.Length || path[Path.Length] is '.' or '[');
    }
}
