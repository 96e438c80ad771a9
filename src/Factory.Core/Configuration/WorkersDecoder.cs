using System.Text.Json;
using Factory.Core.Contracts;

namespace Factory.Core.Configuration;

/// <summary>Reads section <c>workers</c>: the definitions, and the scope lists that name them.</summary>
internal sealed class WorkersDecoder
{
    private static readonly string[] ScopeLists = ["allowlist_globs", "denylist_globs", "shared_paths"];
    private readonly ConfigDraft _draft;
    private readonly Dictionary<string, WorkerDefinition> _workers = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _order = [];

    private WorkersDecoder(ConfigDraft draft) => _draft = draft;

    public static void Decode(ConfigNode node, ConfigDraft draft) => new WorkersDecoder(draft).Section(node);

    private void Section(ConfigNode node)
    {
        var members = node.Members(_draft, ["definitions", .. ScopeLists]);
        if (members.TryGetValue("definitions", out var definitions))
            foreach (var item in definitions.ArrayItems(_draft)) Define(item);
        foreach (var list in ScopeLists)
            if (members.TryGetValue(list, out var byWorker)) Scopes(list, byWorker);
        _draft.Config = _draft.Config with { Workers = [.. _order.Select(name => _workers[name])] };
    }

    private void Define(ConfigNode node)
    {
        var members = node.Members(_draft, "id", "command", "prompt", "timeout_seconds", "env", "setup", "copy_ignored");
        if (node.Kind != JsonValueKind.Object) return;
        var id = Id(node, members);
        var worker = Read(node, members, id ?? default, id?.Name);
        if (id is not { Name: var name }) return;
        if (_workers.TryGetValue(name, out var other))
            _draft.Problems.Broken(members["id"], $"worker '{name}' is defined twice; '{other.Id}' comes first, and case does not count", "give each worker its own id");
        else if (_workers.TryAdd(name, worker)) _order.Add(name);
    }

    private WorkerId? Id(ConfigNode node, Dictionary<string, ConfigNode> members)
    {
        if (!members.TryGetValue("id", out var at))
        {
            ConfigDecoder.Missing(node, "id", _draft);
            return null;
        }

        if (at.Text(_draft) is not { } text) return null;
        try
        {
            return WorkerId.Parse(text);
        }
        catch (FormatException error)
        {
            _draft.Problems.Broken(at, error.Message, "name it like A_worker");
            return null;
        }
    }

    private WorkerDefinition Read(ConfigNode node, Dictionary<string, ConfigNode> members, WorkerId id, string? name)
    {
        if (!members.ContainsKey("command")) ConfigDecoder.Missing(node, "command", _draft);
        return new(
            id,
            members.TryGetValue("command", out var command) ? command.Command(_draft, name) : [],
            members.TryGetValue("prompt", out var prompt) ? Prompt(prompt) : null,
            members.TryGetValue("timeout_seconds", out var timeout) ? timeout.Number(1, ConfigRules.LongestTimeoutSeconds, _draft) : WorkerDefinition.DefaultTimeoutSeconds,
            members.TryGetValue("env", out var env) ? Env(env) : new Dictionary<string, string>(StringComparer.Ordinal),
            members.TryGetValue("setup", out var setup) ? [.. setup.ArrayItems(_draft).Select(step => step.Command(_draft, name))] : [],
            members.TryGetValue("copy_ignored", out var copied) ? copied.Texts(_draft, ConfigRules.PathInside) : [],
            WorkerScope.Unrestricted);
    }

    private string? Prompt(ConfigNode node)
    {
        if (node.Kind == JsonValueKind.Null) return null;
        if (node.Kind != JsonValueKind.String) _draft.Problems.Mismatch(node, "a string or null");
        else if (ConfigRules.File(node.Text) is { } reason) _draft.Problems.Broken(node, reason, "name a file inside the repository, or an absolute one");
        return node.Text;
    }

    private Dictionary<string, string> Env(ConfigNode node)
    {
        var env = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in node.ObjectMembers(_draft))
        {
            var value = member.Value.Text(_draft);
            if (member.Name.Length == 0 || member.Name.AsSpan().ContainsAny('=', '\0'))
                _draft.Problems.Add(member.At, $"{node.Path}: '{member.Name}' cannot name an environment variable", "use a name without '=' and NUL");
            else if (WorkerDefinition.ReservedEnv.Contains(member.Name, StringComparer.OrdinalIgnoreCase))
                _draft.Problems.Add(member.At, $"{member.Value.Path}: Factory sets this variable itself", "remove it");
            else if (value is not null && value.Contains('\0'))
                _draft.Problems.Broken(member.Value, "a variable cannot hold a NUL character");
            else if (value is not null) env[member.Name] = value;
        }

        return env;
    }

    private void Scopes(string list, ConfigNode byWorker)
    {
        foreach (var member in byWorker.ObjectMembers(_draft))
        {
            var globs = member.Value.Texts(_draft, GlobSyntax.Explain);
            if (!_workers.TryGetValue(member.Name, out var worker) || worker.Id.Name != member.Name)
                _draft.Problems.Unknown(member.At, $"{byWorker.Path}.{member.Name}", [.. _order.Select(name => $"{byWorker.Path}.{_workers[name].Id.Name}")], "worker");
            else
                _workers[member.Name] = worker with { Scope = With(worker.Scope, list, globs) };
        }
    }

    private static WorkerScope With(WorkerScope scope, string list, IReadOnlyList<string> globs) => list switch
    {
        "allowlist_globs" => scope with { AllowedGlobs = globs },
        "denylist_globs" => scope with { BlockedGlobs = globs },
        _ => scope with { SharedPaths = globs },
    };
}
