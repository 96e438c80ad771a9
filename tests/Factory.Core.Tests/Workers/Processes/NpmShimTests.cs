using Factory.Core.Workers.Processes;

namespace Factory.Core.Tests.Workers.Processes;

public sealed class NpmShimTests
{
    internal const string Current = """
        @ECHO off
        GOTO start
        :find_dp0
        SET dp0=%~dp0
        EXIT /b
        :start
        SETLOCAL
        CALL :find_dp0

        IF EXIST "%dp0%\node.exe" (
          SET "_prog=%dp0%\node.exe"
        ) ELSE (
          SET "_prog=node"
          SET PATHEXT=%PATHEXT:;.JS;=;%
        )

        endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\node_modules\@openai\codex\bin\codex.js" %*

        """;

    internal const string OfProgram = """
        @ECHO off
        GOTO start
        :find_dp0
        SET dp0=%~dp0
        EXIT /b
        :start
        SETLOCAL
        CALL :find_dp0
        "%dp0%\node_modules\esbuild\bin\esbuild.exe"   %*

        """;

    private const string NpxItself = """
        :: Created by npm, please don't edit manually.
        @ECHO OFF

        SETLOCAL

        SET "NODE_EXE=%~dp0\node.exe"
        IF NOT EXIST "%NODE_EXE%" (
          SET "NODE_EXE=node"
        )

        SET "NPM_PREFIX_JS=%~dp0\node_modules\npm\bin\npm-prefix.js"
        SET "NPX_CLI_JS=%~dp0\node_modules\npm\bin\npx-cli.js"
        FOR /F "delims=" %%F IN ('CALL "%NODE_EXE%" "%NPM_PREFIX_JS%"') DO (
          SET "NPM_PREFIX_NPX_CLI_JS=%%F\node_modules\npm\bin\npx-cli.js"
        )
        IF EXIST "%NPM_PREFIX_NPX_CLI_JS%" (
          SET "NPX_CLI_JS=%NPM_PREFIX_NPX_CLI_JS%"
        )

        "%NODE_EXE%" "%NPX_CLI_JS%" %*
        """;

    private const string Older = """
        @IF EXIST "%~dp0\node.exe" (
          "%~dp0\node.exe"  "%~dp0\..\tool dir\bin\cli.js" %*
        ) ELSE (
          @SETLOCAL
          @SET PATHEXT=%PATHEXT:;.JS;=;%
          node  "%~dp0\..\tool dir\bin\cli.js" %*
        )
        """;

    [Fact]
    public void The_current_form_names_interpreter_and_script() => AssertShim("node", [], @"node_modules\@openai\codex\bin\codex.js", NpmShim.Parse(Current));

    [Fact]
    public void Line_ends_of_Windows_make_no_difference() =>
        AssertShim("node", [], @"node_modules\@openai\codex\bin\codex.js", NpmShim.Parse(Current.ReplaceLineEndings("\r\n")));

    [Fact]
    public void The_older_form_starts_one_script_from_two_branches() => AssertShim("node", [], @"..\tool dir\bin\cli.js", NpmShim.Parse(Older));

    [Fact]
    public void A_program_needs_no_interpreter() => AssertShim(null, [], @"node_modules\esbuild\bin\esbuild.exe", NpmShim.Parse(OfProgram));

    [Fact]
    public void Npms_own_batch_files_start_the_npm_beside_node() => AssertShim("node", [], @"node_modules\npm\bin\npx-cli.js", NpmShim.Parse(NpxItself));

    [Fact]
    public void Options_of_the_interpreter_are_kept() => AssertShim(
        "node",
        ["--no-warnings", "--enable-source-maps"],
        @"node_modules\@openai\codex\bin\codex.js",
        NpmShim.Parse(Current.Replace("\"%_prog%\"  ", "\"%_prog%\" --no-warnings --enable-source-maps ", StringComparison.Ordinal)));

    [Theory]
    [InlineData("")]
    [InlineData(":: Created by npm, please don't edit manually.\n\"%NODE_EXE%\" \"%NPM_CLI_JS%\" %*\n")]
    [InlineData("@echo off\nnode cli.js %*\n")]
    [InlineData("@echo off\nnode \"%~dp0\\a.js\" %*\nnode \"%~dp0\\b.js\" %*\n")]
    [InlineData("@SET NODE_OPTIONS=--x\nnode \"%~dp0\\a.js\" %*\n")]
    [InlineData("\"C:\\tools\\x.exe\" \"%~dp0\\a.js\" %*\n")]
    [InlineData("node \"%~dp0\\a.js\" fixed %*\n")]
    [InlineData("node --eval \"1\" \"%~dp0\\a.js\" %*\n")]
    [InlineData("node -r %HOOK% \"%~dp0\\a.js\" %*\n")]
    [InlineData("\"%~dp0\\a.js\" %*\n")]
    public void Anything_else_is_not_a_shim(string text) => Assert.Null(NpmShim.Parse(text));

    private static void AssertShim(string? interpreter, string[] arguments, string target, NpmShim? shim)
    {
        Assert.NotNull(shim);
        Assert.Equal((interpreter, target), (shim.Interpreter, shim.Target));
        Assert.Equal(arguments, shim.InterpreterArguments);
    }
}
