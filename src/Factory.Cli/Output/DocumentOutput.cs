using Factory.Core.Contracts;

namespace Factory.Cli.Output;

/// <summary>Where the JSON document goes: to standard output, to a file, to both, or nowhere.</summary>
/// <param name="isJson">Whether standard output carries it.</param>
/// <param name="file">The file that gets it, or null.</param>
internal sealed class DocumentOutput(bool isJson, string? file)
{
    private readonly string? _file = file is null ? null : Path.GetFullPath(file);

    /// <summary>Whether standard output carries the document, and nothing else.</summary>
    public bool IsJson { get; } = isJson;

    /// <summary>Why the file could not be written, found before anything is done.</summary>
    public Blocker? FindProblem()
    {
        if (_file is null) return null;
        if (Directory.Exists(_file)) return Refused("is a folder");
        return Directory.Exists(Path.GetDirectoryName(_file)) ? null : Refused("lies in a folder that does not exist");
    }

    /// <summary>Writes the document.</summary>
    /// <returns>False when the file could not be written, which was then said on standard error.</returns>
    public bool Write(Action<Stream> write, TextWriter error)
    {
        if (IsJson)
        {
            using var output = new BufferedStream(Console.OpenStandardOutput(), 1 << 16);
            using var safe = new CiSafeJson(output);
            write(safe);
        }

        if (_file is null || FindProblem() is not null) return true;
        try
        {
            Replace(_file, write);
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"factory: --json-out {Untrusted.Line(_file)} could not be written: {Untrusted.Line(problem.Message)}");
            return false;
        }
    }

    private static void Replace(string file, Action<Stream> write)
    {
        var draft = $"{file}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(draft, FileMode.CreateNew, FileAccess.Write)) write(stream);
            File.Move(draft, file, overwrite: true);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    private Blocker Refused(string why) => new(BlockerKind.Config, null, _file, $"the file of --json-out {why}", "give the name of a file in a folder that exists");
}
