using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Folders;
using Factory.Core.Repository;

namespace Factory.PowerShell.Completion;

/// <summary>Completes a value from a list. Keeps the quotes the user began with, and never throws: no list, no completions.</summary>
public abstract class Completer : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            var word = QuotedWord.Parse(wordToComplete);
            return [.. Values(fakeBoundParameters)
                .Where(value => value.StartsWith(word.Text, StringComparison.OrdinalIgnoreCase))
                .Select(value => new CompletionResult(word.Quote(value), value, CompletionResultType.ParameterValue, value))];
        }
        catch (Exception)
        {
            // An exception here would be shown to nobody and would end the user's completion.
            return [];
        }
    }

    /// <summary>The values, in the order they are offered.</summary>
    /// <param name="parameters">The parameters that were typed so far.</param>
    protected abstract IEnumerable<string> Values(IDictionary parameters);
}

/// <summary>A word as it was typed, and how its completion is to be quoted.</summary>
/// <param name="Text">The word without quotes.</param>
/// <param name="Mark">The quotation mark it begins with, or null.</param>
internal readonly record struct QuotedWord(string Text, char? Mark)
{
    private static readonly SearchValues<char> Special = SearchValues.Create(" \t`'\"$;|&(){}<>,@#");

    /// <summary>Reads a word; the closing quote may be missing.</summary>
    public static QuotedWord Parse(string? word)
    {
        if (string.IsNullOrEmpty(word) || word[0] is not ('\'' or '"')) return new QuotedWord(word ?? "", null);
        var mark = word[0];
        var end = word.Length > 1 && word[^1] == mark ? word.Length - 1 : word.Length;
        return new QuotedWord(word[1..end].Replace(new string(mark, 2), mark.ToString(), StringComparison.Ordinal), mark);
    }

    /// <summary>The value as it is put into the line.</summary>
    public string Quote(string value)
    {
        if (Mark is null && value.Length > 0 && value.AsSpan().IndexOfAny(Special) < 0) return value;
        return Mark == '"'
            ? $"\"{value.Replace("`", "``", StringComparison.Ordinal).Replace("$", "`$", StringComparison.Ordinal).Replace("\"", "`\"", StringComparison.Ordinal)}\""
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(value)}'";
    }
}

/// <summary>Finds the repository that a line being typed is about.</summary>
internal static class TypedRepository
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Where its runs are; <c>-Path</c> or <c>-LiteralPath</c> when typed, else the current location.</summary>
    public static RunsLocation Find(IDictionary parameters)
    {
        using var search = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        search.AddCommand(@"Microsoft.PowerShell.Management\Convert-Path");
        if (parameters["LiteralPath"] is { } literal) search.AddParameter("LiteralPath", literal);
        else search.AddParameter("Path", parameters["Path"] ?? ".");
        var folder = search.Invoke<string>()[0];
        var config = parameters["ConfigPath"] is string file ? System.IO.Path.GetFullPath(file, folder) : null;
        using var patience = new CancellationTokenSource(Patience);
        return RunsLocation.FindAsync(folder, config, RunRequest.CurrentEnvironment(), patience.Token).GetAwaiter().GetResult();
    }

    /// <summary>Branches, tags and remote branches by their short names, the newest first.</summary>
    public static IEnumerable<string> Revisions(string root)
    {
        using var patience = new CancellationTokenSource(Patience);
        var repository = GitRepository.OpenAsync(new Git(), root, patience.Token).GetAwaiter().GetResult();
        var call = new GitCall("for-each-ref", "--sort=-creatordate", "--count=500", "--format=%(refname:short)", "refs/heads", "refs/tags", "refs/remotes");
        return repository.RunAsync(call, patience.Token).GetAwaiter().GetResult().Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
