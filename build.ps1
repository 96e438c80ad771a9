<#
.SYNOPSIS
    Builds, tests, shows and packages Factory, on Windows and Linux alike.
.PARAMETER Task
    Build     compiles everything
    Test      runs the .NET tests and the Pester tests
    Demo      lays out the module and runs samples/demo.ps1 with it
    Package   puts the module into out/module/Factory and the command line into out/cli
    Help      makes the module's help from docs/cmdlets; needs Microsoft.PowerShell.PlatyPS
.PARAMETER Configuration
    Release or Debug.
.EXAMPLE
    ./build.ps1 -Task Build, Test
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Demo', 'Package', 'Help')]
    [string[]] $Task = @('Build', 'Test'),

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release'
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$root = $PSScriptRoot
$module = "$root/out/module/Factory"
$options = @('-c', $Configuration, '--nologo')

function Publish-FactoryModule {
    if (Test-Path $module) { Remove-Item $module -Recurse -Force }
    dotnet publish "$root/src/Factory.PowerShell" @options -o $module -v quiet
}

switch ($Task) {
    'Build' {
        dotnet build "$root/Factory.sln" @options
    }
    'Test' {
        dotnet test --solution "$root/Factory.sln" -c $Configuration
        Publish-FactoryModule
        pwsh -NoProfile -File "$root/tests/Factory.Module.Tests/run.ps1" -ModulePath $module
    }
    'Demo' {
        Publish-FactoryModule
        pwsh -NoProfile -File "$root/samples/demo.ps1" -ModulePath $module
    }
    'Package' {
        Publish-FactoryModule
        dotnet publish "$root/src/Factory.Cli" @options -o "$root/out/cli" -v quiet
        $version = (Import-PowerShellDataFile "$module/Factory.psd1").ModuleVersion
        Compress-Archive -Path $module -DestinationPath "$root/out/Factory.$version.zip" -Force
    }
    'Help' {
        Import-Module Microsoft.PowerShell.PlatyPS
        Get-ChildItem "$root/docs/cmdlets/*.md" | Import-MarkdownCommandHelp | Export-MamlCommandHelp -OutputFolder "$root/out/help" -Force | Out-Null
        # Without an address, the link would only be a dead line at the end of the help.
        $deadLink = '\s*<maml:navigationLink>\s*<maml:linkText>Online Version</maml:linkText>\s*<maml:uri />\s*</maml:navigationLink>'
        $help = (Get-Content -Raw "$root/out/help/Factory/Factory.PowerShell.dll-Help.xml") -replace $deadLink -replace '```powershell\r?\n|\r?\n```'
        [System.IO.File]::WriteAllText("$root/module/en-US/Factory.PowerShell.dll-Help.xml", $help.ReplaceLineEndings("`n").TrimEnd() + "`n")
    }
}
