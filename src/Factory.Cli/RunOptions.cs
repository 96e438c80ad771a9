using System.CommandLine;
using Factory.Core.Configuration;
using Factory.Core.Pipeline;

namespace Factory.Cli;

/// <summary>The options of the verbs that start a run.</summary>
internal sealed class RunOptions
{
    private readonly Option<string?> _baseRef = new("--base-ref") { Description = "The revision that workers start from (run.base_ref).", HelpName = "REF" };
    private readonly Option<string?> _runId = new("--run-id") { Description = "The id of the run; a new one when left out.", HelpName = "ID" };
    private readonly Option<string[]> _workers = Workers();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Make every file, but no worktree, and run no command." };
    private readonly TypedOption.ChoiceOption _strict = TypedOption.OfChoice("--strict-collision-mode", "Whether two workers on one path block the run.", isFlag: false);
    private readonly TypedOption.ChoiceOption _identical = TypedOption.OfChoice("--allow-identical-patch-overlap", "Tolerate identical changes of two workers to one path.", isFlag: true);
    private readonly Option<int?> _maxParallel = TypedOption.Count("--max-parallel", "How many workers run at once; 0 is all of them.");

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_baseRef, _runId, _workers, _dryRun, _strict, _identical, _maxParallel]) command.Options.Add(option);
    }

    /// <summary>What the caller asks.</summary>
    public RunRequest Read(VerbContext context) => context.Request(context.Parsed.GetValue(_runId)) with
    {
        IsDryRun = context.Parsed.GetValue(_dryRun),
        Overrides = new ConfigOverrides
        {
            BaseRef = context.Parsed.GetValue(_baseRef),
            Workers = Names(context.Parsed.GetValue(_workers)),
            StrictCollisionMode = _strict.Read(context.Parsed),
            AllowIdenticalPatchOverlap = _identical.Read(context.Parsed),
            MaxParallel = context.Parsed.GetValue(_maxParallel),
        },
    };

    private static Option<string[]> Workers()
    {
        var option = new Option<string[]>("--workers") { Description = "Run only these workers.", HelpName = "A,B" };
        option.Validators.Add(result =>
        {
            if (Names([.. result.Tokens.Select(token => token.Value)]) is []) result.AddError("--workers names no worker");
        });
        return option;
    }

    private static string[]? Names(string[]? given) => given is null or []
        ? null
        : [.. given.SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
}
