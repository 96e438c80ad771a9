<#
.SYNOPSIS
    Runs the module's tests and says how they went in one line.
.PARAMETER ModulePath
    A folder with the module as it is published; it is published to out/module/Factory when left out.
.PARAMETER Filter
    Only tests whose full name is like this.
#>
[CmdletBinding()]
param(
    [string] $ModulePath,
    [string] $Filter = '*'
)

$ErrorActionPreference = 'Stop'
$root = (Resolve-Path "$PSScriptRoot/../..").ProviderPath
if (-not $ModulePath) {
    $ModulePath = "$root/out/module/Factory"
    dotnet publish "$root/src/Factory.PowerShell" -c Release -o $ModulePath --nologo -v quiet
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
}

# Runs sign with the user's own key, which is made on first use: never in the real home.
$keys = [System.IO.Directory]::CreateTempSubdirectory('factory-module-tests-').FullName
$env:XDG_DATA_HOME = $env:LOCALAPPDATA = $keys
Import-Module Pester -MinimumVersion 5.5
$configuration = New-PesterConfiguration
$configuration.Run.Container = New-PesterContainer -Path "$PSScriptRoot/*.Tests.ps1" -Data @{ ModulePath = (Resolve-Path $ModulePath).ProviderPath }
$configuration.Run.PassThru = $true
$configuration.Filter.FullName = $Filter
$configuration.Output.Verbosity = 'None'
try { $result = Invoke-Pester -Configuration $configuration } finally { Remove-Item -LiteralPath $keys -Recurse -Force }
foreach ($failed in $result.Failed) {
    "FAILED $($failed.ExpandedPath)"
    $failed.ErrorRecord | ForEach-Object { "    $($_.DisplayErrorMessage ?? $_.Exception.Message)" }
}

foreach ($container in $result.FailedContainers) { "FAILED $($container.Item): $($container.ErrorRecord)" }
"Pester: $($result.PassedCount) passed, $($result.FailedCount) failed, $($result.SkippedCount) skipped"
exit [int]($result.FailedCount -gt 0 -or $result.FailedContainersCount -gt 0 -or $result.TotalCount -eq 0)
