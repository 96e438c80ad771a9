using System.Text;
using System.Text.Json.Nodes;

namespace Factory.Core.Tests.Contracts;

/// <summary>Every way of spoiling a document in one place: a key left out, a key too many, a value replaced.</summary>
internal static class Mutations
{
    private static readonly string[] Replacements =
    [
        "null", "true", "5", "-1", "0", "2", "1.5", "2.0", "99999999999", "1e3", "1e400", "[]", "{}", "[null]", "[\"x\"]", "[5]", "\"\"", "\"x\"", "\"2\"", "\"PASS\"", "\"pass\"",
        "\"deleted\"", "\"Z_integrator\"", "\"z_integrator\"", "\"A_worker\"", "\"CON\"", "\"locks\"", "\"a/b\"", "\"HALF\"",
        "\"2026-02-18T13:15:10Z\"", "\"2026-02-18T13:15:10+00:00\"", "\"2026-02-18 13:15:10Z\"", "\"2026-13-18T13:15:10Z\"", "\"2026-02-18T24:15:10Z\"", "\"2026-02-18T13:15:10.Z\"",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        "\"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
    ];

    public static IEnumerable<(string What, byte[] Utf8)> Of(byte[] document)
    {
        yield return ("untouched", document);
        foreach (var place in Places(JsonNode.Parse(document)!, []).ToList())
        {
            foreach (var replacement in Replacements) yield return Make(document, place, replacement, node => Replace(node, place[^1], JsonNode.Parse(replacement)));
            if (place[^1] is string) yield return Make(document, place, "left out", node => node.AsObject().Remove((string)place[^1]));
            yield return Make(document, place, "in another case", node => Rename(node, place[^1]));
            yield return Make(document, place, "with a line end", node => Lengthen(node, place[^1]));
        }

        foreach (var place in Objects(JsonNode.Parse(document)!, []).ToList())
            yield return Make(document, [.. place, "extra"], "a key too many", node => node.AsObject().Add("extra", 1));
    }

    private static (string What, byte[] Utf8) Make(byte[] document, IReadOnlyList<object> place, string what, Action<JsonNode> change)
    {
        var root = JsonNode.Parse(document)!;
        change(place.SkipLast(1).Aggregate(root, Step));
        // JsonNode cannot write half of a surrogate pair, so it is put in afterwards.
        var json = root.ToJsonString().Replace("HALF", "\\ud800", StringComparison.Ordinal);
        return ($"{string.Join('.', place)}: {what}", Encoding.UTF8.GetBytes(json));
    }

    private static JsonNode Step(JsonNode node, object step) => (step is string key ? node[key] : node[(int)step])!;

    private static void Replace(JsonNode node, object step, JsonNode? value)
    {
        if (step is string key) node[key] = value;
        else node[(int)step] = value;
    }

    private static void Rename(JsonNode node, object step)
    {
        if (step is not string key) return;
        var value = node[key]?.DeepClone();
        node.AsObject().Remove(key);
        node[key.ToUpperInvariant()] = value;
    }

    private static void Lengthen(JsonNode node, object step)
    {
        if ((step is string key ? node[key] : node[(int)step]) is JsonValue value && value.TryGetValue<string>(out var text)) Replace(node, step, text + "\n");
    }

    private static IEnumerable<object[]> Places(JsonNode? node, object[] at)
    {
        IEnumerable<(object Step, JsonNode? Value)> children = node switch
        {
            JsonObject members => members.Select(member => ((object)member.Key, member.Value)),
            JsonArray items => items.Select((item, index) => ((object)index, item)),
            _ => [],
        };
        return children.SelectMany(child => Places(child.Value, [.. at, child.Step]).Prepend([.. at, child.Step]));
    }

    private static IEnumerable<object[]> Objects(JsonNode root, object[] at) =>
        Places(root, at).Where(place => place.Aggregate<object, JsonNode?>(root, (node, step) => step is string key ? node![key] : node![(int)step]) is JsonObject).Prepend(at);
}
