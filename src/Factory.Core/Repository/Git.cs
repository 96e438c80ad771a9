using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Factory.Core.Contracts;

namespace Factory.Core.Repository;

/// <summary>What one call of git gave back.</summary>
/// <param name="ExitCode">git's exit code.</param>
/// <param name="Output">Standard output, undecoded: paths are bytes.</param>
/// <param name="Error">Standard error, for messages only.</param>
public sealed record GitOutput(int ExitCode, byte[] Output, string Error)
{
    /// <summary>Standard output as UTF-8 without its last line feed.</summary>
    public string Text => Encoding.UTF8.GetString(Output).TrimEnd('\n');

    /// <summary>Standard output split at NUL, without the empty end.</summary>
    public IReadOnlyList<string> Fields => NulFields.Split(Output);
}

/// <summary>One call of git.</summary>
/// <param name="Arguments">The arguments after git's own options.</param>
public sealed record GitCall(params IReadOnlyList<string> Arguments)
{
    /// <summary>The folder git runs in; the repository's when null.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The repository's administrative folder, when it must not be taken from the working directory.</summary>
    public string? GitDirectory { get; init; }

    /// <summary>The work tree that goes with <see cref="GitDirectory"/>.</summary>
    public string? WorkTree { get; init; }

    /// <summary>The index file, when it is not the work tree's own.</summary>
    public string? IndexFile { get; init; }

    /// <summary>Settings for this call, <c>NAME=VALUE</c>; they win over the repository's and over Factory's own.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>What git reads on standard input; closed when null.</summary>
    public byte[]? Input { get; init; }

    /// <summary>Further environment variables.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    /// <summary>Whether this command of git (<c>check-ignore</c>) refuses to be told that its paths are no patterns.</summary>
    public bool RefusesLiteralPaths { get; init; }

    /// <summary>How long git may take. A pipe where git expects a file holds it for ever.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>
/// The git program, called without the user's hooks, file system monitor, signing or prompts, and without any GIT_*
/// variable that a caller's own git left behind.
/// </summary>
public sealed class Git
{
    private static readonly string[] InheritedVariables =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_CEILING_DIRECTORIES", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS",
        "GIT_ATTR_SOURCE", "GIT_TRACE", "GIT_TRACE2", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
        "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_INTERNAL_SUPER_PREFIX",
    ];

    private const string LiteralPaths = "--literal-pathspecs";
    private static readonly string[] OwnOptions =
    [
        "--no-pager", LiteralPaths,
        "-c", "core.hooksPath=", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "core.safecrlf=false",
        "-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "commit.gpgSign=false", "-c", "advice.detachedHead=false",
        "-c", "core.warnAmbiguousRefs=true", "-c", "diff.renameLimit=0", "-c", "diff.renames=true",
        "-c", "merge.renames=true", "-c", "merge.renameLimit=0", "-c", "merge.directoryRenames=conflict", "-c", "submodule.recurse=false",
        "-c", "status.showStash=false", "-c", "core.sparseCheckout=false", "-c", "merge.default=text", "-c", "apply.whitespace=nowarn",
    ];

    private readonly string _program;

    /// <summary>Uses the git program of this name or path.</summary>
    public Git(string program = "git") => _program = program;

    /// <summary>Variables that every call gets, before those of the call itself.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; private init; }

    /// <summary>The same program with further variables for every call.</summary>
    public Git With(IReadOnlyDictionary<string, string> environment) => new(_program) { Environment = environment };

    /// <summary>Runs git to its end and collects its output.</summary>
    /// <exception cref="FactoryException">git could not be started, or did not end within the call's patience and was ended.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; git was ended.</exception>
    public async Task<GitOutput> RunAsync(GitCall call, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        var (code, error) = await RunAsync(call, (stream, token) => stream.CopyToAsync(output, token), cancellationToken).ConfigureAwait(false);
        return new GitOutput(code, output.ToArray(), error);
    }

    /// <summary>Runs git and hands its standard output to a reader as it comes.</summary>
    public async Task<(int ExitCode, string Error)> RunAsync(
        GitCall call, Func<Stream, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(call.Patience);
        try
        {
            return await RunToEndAsync(call, read, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var place = call.WorkTree ?? call.WorkingDirectory ?? call.GitDirectory;
            throw new FactoryException(BlockerKind.Check, string.Create(CultureInfo.InvariantCulture, $"git {call.Arguments[0]} did not end within {call.Patience.TotalMinutes:0} minutes in {place}"), "see whether a pipe or a device stands where git reads a file, such as .gitignore or .git/info/exclude, and whether the disk answers", place);
        }
    }

    private async Task<(int ExitCode, string Error)> RunToEndAsync(GitCall call, Func<Stream, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        using var process = Start(call);
        using var running = new RunningGit(process);
        var ending = cancellationToken.Register(running.End);
        await using var _ = ending.ConfigureAwait(false);
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        var input = FeedAsync(process, call.Input);
        await read(process.StandardOutput.BaseStream, cancellationToken).ConfigureAwait(false);
        await input.ConfigureAwait(false);
        // It goes into messages of one line.
        var message = (await error.ConfigureAwait(false)).Trim().ReplaceLineEndings(" ");
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return (process.ExitCode, message);
    }

    private static async Task FeedAsync(Process process, byte[]? input)
    {
        try
        {
            if (input is not null) await process.StandardInput.BaseStream.WriteAsync(input).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // git ended before it read everything: its exit code and message tell why.
        }
    }

    private Process Start(GitCall call)
    {
        var start = new ProcessStartInfo(_program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = call.WorkingDirectory ?? call.WorkTree ?? call.GitDirectory ?? "",
        };
        foreach (var option in OwnOptions.Where(option => !call.RefusesLiteralPaths || option != LiteralPaths)) start.ArgumentList.Add(option);
        foreach (var setting in call.Settings)
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(setting);
        }

        if (call.GitDirectory is not null) start.ArgumentList.Add("--git-dir=" + call.GitDirectory);
        if (call.WorkTree is not null) start.ArgumentList.Add("--work-tree=" + call.WorkTree);
        foreach (var argument in call.Arguments) start.ArgumentList.Add(argument);
        SetEnvironment(start, call);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error) when (!Directory.Exists(start.WorkingDirectory is "" ? "." : start.WorkingDirectory))
        {
            throw new FactoryException(BlockerKind.Config, $"the folder {start.WorkingDirectory} does not exist", "give the path of a git repository", start.WorkingDirectory, inner: error);
        }
        catch (Win32Exception error)
        {
            throw new FactoryException(BlockerKind.Config, $"git could not be started: {error.Message}", "install git 2.38 or newer and put it on PATH", _program, inner: error);
        }
    }

    private void SetEnvironment(ProcessStartInfo start, GitCall call)
    {
        foreach (var name in InheritedVariables) start.Environment.Remove(name);
        // Filters and merge drivers of the repository run below git, and they are not Factory's own.
        start.Environment.Remove(SigningKey.PassphraseVariable);
        start.Environment["LC_ALL"] = "C";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        start.Environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        start.Environment["GIT_MERGE_AUTOEDIT"] = "no";
        foreach (var (name, value) in Environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        if (call.IndexFile is not null) start.Environment["GIT_INDEX_FILE"] = call.IndexFile;
        foreach (var (name, value) in call.Environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
    }
}
