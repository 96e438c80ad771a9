using Factory.Core.Contracts;

namespace Factory.Core.Tests.Configuration;

public sealed class WorkerReadingTests
{
    [Theory]
    [InlineData("\"command\": []", "the command names no program")]
    [InlineData("\"command\": [\"\"]", "the command names no program")]
    [InlineData("\"command\": \"git status\"", "expected an array, found the string")]
    [InlineData("\"command\": [\"git\", 5]", "workers.definitions[0].command[1]: expected a string")]
    [InlineData("\"command\": [\"git\", \"a\\u0000b\"]", "NUL")]
    [InlineData("\"command\": [\"git\", \"{wortkree}\"]", "unknown placeholder '{wortkree}'; did you mean '{worktree}'?")]
    [InlineData("\"command\": [\"git\"], \"setup\": [\"npm ci\"]", "setup[0]: expected an array")]
    [InlineData("\"command\": [\"git\"], \"setup\": [[]]", "the command names no program")]
    [InlineData("\"command\": [\"git\"], \"timeout_seconds\": 0", "from 1 to 604800")]
    [InlineData("\"command\": [\"git\"], \"timeout_seconds\": 604801", "from 1 to 604800")]
    [InlineData("\"command\": [\"git\"], \"timeout\": 5", "did you mean 'workers.definitions[0].timeout_seconds'?")]
    [InlineData("\"command\": [\"git\"], \"prompt\": \"../p.md\"", "'..' segment")]
    [InlineData("\"command\": [\"git\"], \"prompt\": \"\"", "empty")]
    [InlineData("\"command\": [\"git\"], \"prompt\": 1", "expected a string or null")]
    [InlineData("\"command\": [\"git\"], \"copy_ignored\": [\"../.env\"]", "copy_ignored[0]: '../.env' is refused")]
    [InlineData("\"command\": [\"git\"], \"copy_ignored\": [\"/etc/passwd\"]", "absolute")]
    [InlineData("\"command\": [\"git\"], \"env\": {\"A=B\": \"x\"}", "cannot name an environment variable")]
    [InlineData("\"command\": [\"git\"], \"env\": {\"A\": 1}", "env.A: expected a string")]
    [InlineData("\"command\": [\"git\"], \"env\": {\"FACTORY_RUN_ID\": \"x\"}", "Factory sets this variable itself")]
    [InlineData("\"prompt\": null", "the key 'command' is missing")]
    public void A_faulty_definition_is_refused(string members, string message) =>
        Assert.Contains(message, ConfigSample.Refuse(ConfigSample.Worker(members)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Z_integrator", "the integrator's name")]
    [InlineData("z_INTEGRATOR", "the integrator's name")]
    [InlineData("", "1 to 64 characters")]
    [InlineData("../x", "does not begin with a letter")]
    [InlineData("a/b", "other than letters")]
    [InlineData("CON", "device name")]
    [InlineData("locks", "folder of the run")]
    public void A_worker_id_that_breaks_a_rule_is_refused_with_the_rule(string id, string message) =>
        Assert.Contains(message, ConfigSample.Refuse($$$"""{"workers": {"definitions": [{"id": "{{{id}}}", "command": ["git"]}]}}""").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("A_worker")]
    [InlineData("a_WORKER")]
    public void Two_workers_may_not_share_an_id_even_in_another_case(string second) =>
        Assert.Contains("defined twice", ConfigSample.Refuse(
            $$$"""{"workers": {"definitions": [{"id": "A_worker", "command": ["git"]}, {"id": "{{{second}}}", "command": ["git"]}]}}""").Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("allowlist_globs")]
    [InlineData("denylist_globs")]
    [InlineData("shared_paths")]
    public void A_scope_list_for_a_worker_that_is_not_defined_is_refused(string list) =>
        Assert.Contains($"unknown worker 'workers.{list}.A_wroker'; did you mean 'workers.{list}.A_worker'?", ConfigSample.Refuse(
            ConfigSample.Worker("\"command\": [\"git\"]", $", \"{list}\": {{\"A_wroker\": [\"src/**\"]}}")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("src/?.cs", "'?' would be taken literally")]
    [InlineData("src/[ab].cs", "'[..]' would be taken literally")]
    [InlineData("src/{a,b}.cs", "'{a,b}' would be taken literally")]
    [InlineData("!src/**", "does not negate")]
    [InlineData("src\\\\**", "backslash")]
    [InlineData("/src/**", "does not begin with '/'")]
    [InlineData("../src/**", "'..' segment")]
    [InlineData("./src/**", "'.' segment")]
    [InlineData("src//a", "empty segment")]
    [InlineData("src**", "must stand alone")]
    [InlineData("", "the glob is empty")]
    public void A_glob_that_would_not_mean_what_it_says_is_refused_where_it_stands(string glob, string message)
    {
        var problem = ConfigSample.Refuse(ConfigSample.Worker("\"command\": [\"git\"]", $", \"allowlist_globs\": {{\"A_worker\": [\"ok/**\", \"{glob}\"]}}"));
        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
        Assert.Contains("workers.allowlist_globs.A_worker[1]", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sh")]
    [InlineData("/bin/bash")]
    [InlineData("C:\\\\Windows\\\\System32\\\\cmd.exe")]
    [InlineData("PowerShell.EXE")]
    [InlineData("{repo}/bin/zsh")]
    [InlineData("pwsh")]
    public void A_shell_is_refused_as_policy_unless_the_configuration_allows_it(string program)
    {
        var problem = ConfigSample.Refuse(ConfigSample.Worker($"\"command\": [\"{program}\", \"-c\", \"true\"]"));
        Assert.Equal((BlockerKind.Policy, "A_worker"), (problem.Kind, problem.Worker));
        Assert.Contains("allow_shell_execution", problem.NextAction, StringComparison.Ordinal);
        ConfigSample.Accept(ConfigSample.Worker($"\"command\": [\"{program}\"]"), null, ("FACTORY_SECURITY__ALLOW_SHELL_EXECUTION", "true"));
    }

    [Fact]
    public void A_shell_is_refused_in_setup_in_checks_and_behind_env()
    {
        Assert.Equal(BlockerKind.Policy, ConfigSample.Refuse(ConfigSample.Worker("\"command\": [\"git\"], \"setup\": [[\"bash\", \"-lc\", \"x\"]]")).Kind);
        Assert.Equal(BlockerKind.Policy, ConfigSample.Refuse(ConfigSample.Worker("\"command\": [\"env\", \"A=1\", \"sh\"]")).Kind);
        Assert.Equal(BlockerKind.Policy, ConfigSample.Refuse("""{"integration": {"checks": [{"name": "t", "command": ["fish"]}]}}""").Kind);
    }

    [Theory]
    [InlineData("\"pwsh\", \"-NoProfile\", \"-File\", \"build.ps1\", \"-c\"")]
    [InlineData("\"pwsh\", \"build.ps1\"")]
    [InlineData("\"powershell.exe\", \"-ExecutionPolicy\", \"Bypass\", \"-File\", \"x.ps1\"")]
    [InlineData("\"bash\", \"-e\", \"build.sh\", \"-c\"")]
    [InlineData("\"env\", \"A=1\", \"sh\", \"x.sh\"")]
    public void A_shell_that_runs_a_script_file_is_a_program_like_any_other(string command) =>
        ConfigSample.Accept(ConfigSample.Worker($"\"command\": [{command}]"));

    [Theory]
    [InlineData("\"pwsh\", \"-com\", \"x\"")]
    [InlineData("\"pwsh\", \"-enc\", \"eA==\"")]
    [InlineData("\"powershell\", \"rm x\"")]
    [InlineData("\"bash\", \"-ec\", \"x\"")]
    [InlineData("\"sh\", \"-\"")]
    [InlineData("\"sh\", \"-s\", \"x\"")]
    [InlineData("\"fish\", \"--command=x\"")]
    [InlineData("\"cmd\", \"/d\", \"/c\", \"x\"")]
    public void A_shell_that_interprets_a_text_is_refused(string command) =>
        Assert.Equal(BlockerKind.Policy, ConfigSample.Refuse(ConfigSample.Worker($"\"command\": [{command}]")).Kind);

    [Theory]
    [InlineData("git")]
    [InlineData("shellcheck")]
    [InlineData("tools/run.sh")]
    [InlineData("bashful")]
    public void A_program_that_only_sounds_like_a_shell_is_accepted(string program) =>
        ConfigSample.Accept(ConfigSample.Worker($"\"command\": [\"{program}\"]"));

    [Theory]
    [InlineData("""[{"name": "t"}]""", "the key 'command' is missing")]
    [InlineData("""[{"command": ["git"]}]""", "the key 'name' is missing")]
    [InlineData("""[{"name": " ", "command": ["git"]}]""", "not empty")]
    [InlineData("""[{"name": "t", "command": ["git"]}, {"name": "T", "command": ["git"]}]""", "defined twice")]
    [InlineData("""[{"name": "t", "command": ["git"], "required": "yes"}]""", "expected true or false")]
    [InlineData("""[{"name": "t", "command": []}]""", "names no program")]
    public void A_faulty_check_is_refused(string checks, string message) =>
        Assert.Contains(message, ConfigSample.Refuse($$$"""{"integration": {"checks": {{{checks}}} }}""").Message, StringComparison.Ordinal);
}
