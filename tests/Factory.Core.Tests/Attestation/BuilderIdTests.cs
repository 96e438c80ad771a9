using Factory.Core.Attestation;

namespace Factory.Core.Tests.Attestation;

public sealed class BuilderIdTests
{
    [Theory]
    [InlineData("", BuilderId.Local)]
    [InlineData("CI=false", BuilderId.Local)]
    [InlineData("CI=true", BuilderId.OtherService)]
    [InlineData("GITHUB_ACTIONS=true;GITHUB_SERVER_URL=https://ghe.example;RUNNER_ENVIRONMENT=github-hosted", "https://ghe.example/actions/runner/github-hosted")]
    [InlineData("GITHUB_ACTIONS=true", "https://github.com/actions/runner/self-hosted")]
    [InlineData("GITHUB_ACTIONS=true;GITHUB_SERVER_URL=https://github.com;GITHUB_WORKFLOW_REF=o/r/.github/workflows/w.yml@refs/tags/v1", "https://github.com/o/r/.github/workflows/w.yml@refs/tags/v1")]
    [InlineData("TF_BUILD=True;SYSTEM_COLLECTIONURI=https://dev.azure.com/org/;SYSTEM_TEAMPROJECT=my project;SYSTEM_DEFINITIONID=7", "https://dev.azure.com/org/my%20project/_build?definitionId=7")]
    [InlineData("TF_BUILD=True", BuilderId.OtherService)]
    [InlineData("CI=true;GITLAB_CI=true;CI_PROJECT_URL=https://gitlab.com/g/p;CI_RUNNER_ID=12", "https://gitlab.com/g/p/-/runners/12")]
    public void The_builder_follows_from_the_environment(string environment, string expected) =>
        Assert.Equal(expected, BuilderId.Of(environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1])));

    [Theory]
    [InlineData("https://user:secret@github.com/o/r.git?x=1", "git+https://github.com/o/r.git")]
    [InlineData("git@github.com:o/r.git", "git+ssh://github.com/o/r.git")]
    [InlineData("ssh://git@host:2222/o/r", "git+ssh://host:2222/o/r")]
    [InlineData("/home/alice/r", null)]
    [InlineData("C:\\Users\\alice\\r", null)]
    [InlineData("../r", null)]
    [InlineData("file:///home/alice/r", null)]
    [InlineData("", null)]
    public void An_address_shows_no_user_no_secret_and_no_local_folder(string remote, string? expected) => Assert.Equal(expected, SourceUri.Of(remote));
}
