using System.CommandLine;
using Factory.Core.Attestation.Keys;
using Factory.Core.Contracts;
using Factory.Core.Pipeline;
using Factory.Core.Pipeline.Records;

namespace Factory.Cli.Commands;

/// <summary><c>key new</c> and <c>key show</c>.</summary>
internal static class KeyCommand
{
    /// <summary>Makes the verb with its own verbs.</summary>
    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("key", "The keys that sign checkpoints and attestations.");
        command.Subcommands.Add(New(globals));
        command.Subcommands.Add(Show(globals));
        return command;
    }

    private static Command New(GlobalOptions globals)
    {
        var file = new Argument<string>("FILE") { Description = "The private key's file; the public key goes beside it as NAME.pub.pem." };
        var force = new Option<bool>("--force") { Description = "Move files that are there aside; else they are an error." };
        var command = Verb.Create("new", $"Make a signing key; encrypted when {Passphrase.Variable} is set.", globals, context =>
        {
            using var passphrase = Passphrase.From(RunRequest.CurrentEnvironment());
            var made = KeyFile.Create(Path.GetFullPath(context.Parsed.GetValue(file)!), passphrase, context.Parsed.GetValue(force));
            var document = new KeyDocument(RunStatus.Pass, RunStatus.Pass.ToExitCode(), made.Path, made.PublicKeyPath, made.Fingerprint, made.Algorithm, made.IsEncrypted);
            return new VerbResult(document.ExitCode, stream => CliJson.Write(stream, document), screen =>
            {
                screen.Line($"made a key  {made.Algorithm}{(made.IsEncrypted ? ", encrypted" : "")}", "green");
                screen.Line($"  private:      {made.Path}");
                screen.Line($"  public:       {made.PublicKeyPath}");
                screen.Line($"  fingerprint:  {made.Fingerprint}");
                screen.Line($"use:  \"attestation\": {{ \"key\": \"{made.Path.Replace('\\', '/')}\" }} in {Core.Configuration.ConfigLoader.FileName}; keep the private key out of the repository");
            });
        });
        command.Arguments.Add(file);
        command.Options.Add(force);
        return command;
    }

    private static Command Show(GlobalOptions globals) => Verb.Create("show", "Show the public key that runs are signed with here.", globals, async context =>
    {
        var request = context.Request();
        using var opened = await SigningKeys.OpenAsync(request.Repository, request.ConfigFile, null, null, request.Environment, context.Cancellation).ConfigureAwait(false);
        var document = new KeyShownDocument(RunStatus.Pass, RunStatus.Pass.ToExitCode(), opened.Source, opened.Key.Public.Fingerprint, KeyFile.Algorithm, opened.Key.Public.ToPem());
        return new VerbResult(document.ExitCode, stream => CliJson.Write(stream, document), screen =>
        {
            screen.Line($"key:          {document.Source}");
            screen.Line($"fingerprint:  {document.Fingerprint}");
            screen.Text(document.PublicKey);
        })
        { Warnings = opened.Warnings };
    });
}
