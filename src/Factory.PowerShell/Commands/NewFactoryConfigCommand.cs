using System.Management.Automation;
using Factory.Core.Configuration;
using Factory.Core.Contracts;
using Factory.Core.Repository;
using Factory.PowerShell.Errors;

namespace Factory.PowerShell.Commands;

/// <summary>
/// <c>New-FactoryConfig</c>: writes a starter <c>factory.config.json</c> into a repository's root, with every key at its
/// default and two workers that change nothing. A file that is there is never overwritten.
/// </summary>
[Cmdlet(VerbsCommon.New, "FactoryConfig", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(FileInfo))]
public sealed class NewFactoryConfigCommand : RepositoryCmdlet
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var request in Requests())
        {
            try
            {
                var path = request.ConfigFile;
                Pump(request.Repository, async (_, stopping) => path ??= System.IO.Path.Combine((await GitRepository.OpenAsync(new Git(), request.Repository, stopping).ConfigureAwait(false)).Root, ConfigLoader.FileName));
                if (path is null) continue;
                ConfigTemplate.RequireFree(path);
                if (!ShouldProcess(path, "Write a starter configuration")) continue;
                ConfigTemplate.Write(path);
                // From the provider, so that it shows as Get-Item shows it.
                WriteObject(InvokeProvider.Item.Get([path], force: true, literalPath: true), enumerateCollection: true);
            }
            catch (FactoryException error)
            {
                WriteError(ErrorCatalog.ConfigNotMade(error, request.Repository));
            }
        }
    }
}
