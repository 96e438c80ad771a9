using System.Text.Json.Nodes;
using Factory.Core.Contracts;
using Factory.Core.Tests.Guards.Secrets;

namespace Factory.Core.Tests.Pipeline;

/// <summary>What the blocker of a worker that failed quotes of its standard error.</summary>
public sealed class FailedWorkerTests : IDisposable
{
    private readonly TestRepository _repository = new();

    public FailedWorkerTests() => TestRepository.RequireUnix();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("echo first >&2; echo 'no such model' >&2; exit 3", "its command ended with exit code 3: no such model")]
    [InlineData("printf 'no such model\\n\\n  \\n' >&2; echo on stdout; exit 3", "its command ended with exit code 3: no such model")]
    [InlineData("printf 'progress 1%%\\rprogress 2%%\\rgave up' >&2; exit 3", "its command ended with exit code 3: gave up")]
    [InlineData("printf '\\033[31mError:\\033[0m no such model\\n' >&2; exit 3", "its command ended with exit code 3: Error: no such model")]
    [InlineData("printf 'a\\342\\200\\256b\\tc\\n' >&2; exit 3", "its command ended with exit code 3: a\\u202eb\\u0009c")]
    [InlineData("exit 3", "its command ended with exit code 3")]
    [InlineData("head -c 40000 /dev/zero | tr '\\0' x >&2; exit 3", "its command ended with exit code 3")]
    [InlineData("printf 'a\\0b\\0c' >&2; exit 3", "its command ended with exit code 3")]
    public async Task The_last_line_of_standard_error_is_in_the_blocker_and_the_report(string script, string message)
    {
        var result = await RunAsync(script);
        var blocker = Assert.Single(result.Blockers);
        Assert.Equal((BlockerKind.Worker, "A_worker", message), (blocker.Kind, blocker.Worker, blocker.Message));
        Assert.Contains("LOGS", blocker.NextAction, StringComparison.Ordinal);
        Assert.Contains(message, File.ReadAllText(result.Report!), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_line_is_cut_between_two_words()
    {
        var result = await RunAsync("for n in $(seq 100); do printf 'word%s ' $n >&2; done; exit 3");
        var quoted = Assert.Single(result.Blockers).Message["its command ended with exit code 3: ".Length..];
        Assert.InRange(quoted.Length, 150, 200);
        Assert.StartsWith("word1 word2 ", quoted, StringComparison.Ordinal);
        Assert.Matches(" word[0-9]+ \\.\\.\\.$", quoted);
    }

    [Fact]
    public async Task A_secret_in_it_is_not_repeated_however_it_is_written()
    {
        var random = new Random(20260402);
        var (token, other) = (SecretSamples.ByRule["github-token"](random).Secret, SecretSamples.ByRule["github-token"](random).Secret);
        var key = string.Concat(Enumerable.Range(0, 60).Select(_ => Convert.ToBase64String(Bytes(random, 48)) + "\\n"));
        _repository.Configure(
            ("A_worker", $"echo 'cannot log in with {token}' >&2; exit 3"),
            ("B_worker", $"printf 'with {other[..10]}\\033[1m{other[10..]}\\n' >&2; exit 3"),
            ("C_worker", $"printf -- '-----BEGIN PRIVATE KEY-----\\n{key}' >&2; exit 3"));
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Blocked, result.Status);
        var shown = string.Join('\n', result.Blockers.Select(blocker => blocker.ToString()).Append(File.ReadAllText(result.Report!)));
        Assert.Contains("cannot log in with [redacted", shown, StringComparison.Ordinal);
        Assert.DoesNotContain(token, shown, StringComparison.Ordinal);
        Assert.DoesNotContain(other[10..], shown, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Split("\\n")[^2], shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setup_command_that_fails_is_quoted_too()
    {
        var config = _repository.Configure(("A_worker", "true"));
        var setup = Path.Combine(_repository.Home, "setup.sh");
        File.WriteAllText(setup, "echo 'no network' >&2; exit 5\n");
        config["workers"]!["definitions"]![0]!["setup"] = new JsonArray(new JsonArray("sh", setup));
        _repository.Save(config);
        var result = await _repository.OneshotAsync(TestContext.Current.CancellationToken);
        Assert.Equal("its setup command 1 ended with exit code 5: no network", Assert.Single(result.Blockers).Message);
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private Task<RunResult> RunAsync(string script)
    {
        _repository.Configure(("A_worker", script));
        return _repository.OneshotAsync(TestContext.Current.CancellationToken);
    }
}
