using System.Text;
using System.Text.Json;

namespace Factory.Core.Configuration;

/// <summary>
/// Reads the file's bytes into <see cref="ConfigNode"/>s. It reads on past comments, trailing commas and repeated keys so
/// that one reading reports all of them; each is still an error.
/// </summary>
internal sealed class ConfigTreeReader
{
    private const string Strict = "write plain JSON (RFC 8259); a \"$schema\" line gives editors the documentation that comments would";
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];
    private readonly byte[] _utf8;
    private readonly string _name;
    private readonly ConfigProblems _problems;
    private readonly List<int> _lineStarts = [0];

    private ConfigTreeReader(byte[] utf8, string name, ConfigProblems problems)
    {
        (_utf8, _name, _problems) = (utf8, name, problems);
        for (var i = 0; i < utf8.Length; i++)
            if (utf8[i] == (byte)'\n') _lineStarts.Add(i + 1);
    }

    /// <summary>Reads a document; null when it is not JSON at all.</summary>
    public static ConfigNode? Read(byte[] utf8, string name, ConfigProblems problems)
    {
        // Windows editors write a byte order mark unasked, and it changes nothing.
        if (utf8.AsSpan().StartsWith(ByteOrderMark)) utf8 = utf8[ByteOrderMark.Length..];
        return new ConfigTreeReader(utf8, name, problems).ReadDocument();
    }

    private ConfigNode? ReadDocument()
    {
        if (_utf8.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0)
            return Refuse(0, "the file is empty", "delete it and run `factory init`");
        if (InvalidUtf8At() is { } invalid) return Refuse(invalid, "the file is not UTF-8", "save it as UTF-8");
        var reader = new Utf8JsonReader(_utf8, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Allow, AllowTrailingCommas = true });
        try
        {
            Next(ref reader);
            var root = ReadValue(ref reader, "");
            while (Next(ref reader))
            {
            }

            return root;
        }
        catch (JsonException error)
        {
            var line = (int)Math.Min(error.LineNumber ?? 0, _lineStarts.Count - 1);
            return Refuse(_lineStarts[line] + (int)(error.BytePositionInLine ?? 0), $"the file is not JSON: {FirstSentence(error.Message).ReplaceLineEndings(" ")}", "mend the JSON at that place; 'factory init' in an empty repository writes a whole file to compare with");
        }
    }

    private ConfigNode? Refuse(int offset, string message, string nextAction)
    {
        _problems.Add(At(offset), message, nextAction);
        return null;
    }

    private bool Next(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray) RefuseTrailingComma((int)reader.TokenStartIndex);
            if (reader.TokenType != JsonTokenType.Comment) return true;
            _problems.Add(At((int)reader.TokenStartIndex), "the file has a comment, which JSON does not allow", Strict);
        }

        return false;
    }

    private void RefuseTrailingComma(int end)
    {
        var before = _utf8.AsSpan(0, end).LastIndexOfAnyExcept(" \t\r\n"u8);
        if (_utf8[before] == (byte)',') _problems.Add(At(before), "the file has a trailing comma, which JSON does not allow", "delete the comma");
    }

    private ConfigNode ReadValue(ref Utf8JsonReader reader, string path)
    {
        var at = At((int)reader.TokenStartIndex);
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => new(JsonValueKind.Object, path, at, "", [], ReadMembers(ref reader, path)),
            JsonTokenType.StartArray => new(JsonValueKind.Array, path, at, "", ReadItems(ref reader, path), []),
            JsonTokenType.String => new(JsonValueKind.String, path, at, ReadText(ref reader, path, at), [], []),
            JsonTokenType.Number => new(JsonValueKind.Number, path, at, Encoding.ASCII.GetString(reader.ValueSpan), [], []),
            JsonTokenType.True => new(JsonValueKind.True, path, at, "", [], []),
            JsonTokenType.False => new(JsonValueKind.False, path, at, "", [], []),
            _ => new(JsonValueKind.Null, path, at, "", [], []),
        };
    }

    private List<ConfigMember> ReadMembers(ref Utf8JsonReader reader, string path)
    {
        var members = new List<ConfigMember>();
        while (Next(ref reader) && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = At((int)reader.TokenStartIndex);
            var name = ReadText(ref reader, path, at);
            var inner = path.Length == 0 ? name : $"{path}.{name}";
            Next(ref reader);
            var value = ReadValue(ref reader, inner);
            if (members.Find(member => member.Name == name) is { } first)
                _problems.Add(at, $"{inner} appears twice; it is first given at {first.At}", "keep one of them");
            else
                members.Add(new(name, at, value));
        }

        return members;
    }

    private List<ConfigNode> ReadItems(ref Utf8JsonReader reader, string path)
    {
        var items = new List<ConfigNode>();
        while (Next(ref reader) && reader.TokenType != JsonTokenType.EndArray) items.Add(ReadValue(ref reader, $"{path}[{items.Count}]"));
        return items;
    }

    private string ReadText(ref Utf8JsonReader reader, string path, string at)
    {
        try
        {
            return reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            _problems.Add(at, $"{(path.Length == 0 ? "the document" : path)} has text that is not valid Unicode (half of a surrogate pair)", "write the whole character");
            return "\uFFFD";
        }
    }

    private string At(int offset)
    {
        var index = _lineStarts.BinarySearch(offset);
        var line = index >= 0 ? index : ~index - 1;
        var column = Encoding.UTF8.GetCharCount(_utf8, _lineStarts[line], Math.Clamp(offset, 0, _utf8.Length) - _lineStarts[line]) + 1;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_name}:{line + 1}:{column}");
    }

    private int? InvalidUtf8At()
    {
        var rest = _utf8.AsSpan();
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(rest, out _, out var consumed) != System.Buffers.OperationStatus.Done) return _utf8.Length - rest.Length;
            rest = rest[consumed..];
        }

        return null;
    }

    // The reader appends its own position, which counts lines from zero.
    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? message : message[..end]).TrimEnd('.');
    }
}
