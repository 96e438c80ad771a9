<#
.SYNOPSIS
    Imports the module, runs a oneshot over a copy of samples/demo, and ends with the run's exit code. In GitHub Actions the
    step's outputs are run_dir, repository and head.
.PARAMETER ModulePath
    The module's folder.
#>
param([Parameter(Mandatory)] [string] $ModulePath)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
Import-Module (Resolve-Path $ModulePath).ProviderPath
$root = (Resolve-Path "$PSScriptRoot/../..").ProviderPath
$folder = Join-Path ([IO.Path]::GetTempPath()) "factory-$([guid]::NewGuid().ToString('N'))"
Copy-Item -Recurse "$root/samples/demo" $folder
git -C $folder init --quiet --initial-branch=main
git -C $folder add --all
git -C $folder -c user.name=Factory -c user.email=factory@example.invalid commit --quiet --message 'The sample'
# A blocked run is an error after its result; the result is what decides here.
Invoke-FactoryOneshot -Path $folder -OutVariable run -ErrorAction Continue
if ($run -and $env:GITHUB_OUTPUT) { Add-Content -LiteralPath $env:GITHUB_OUTPUT "run_dir=$($run.RunDir)", "repository=$folder", "head=$($run.Ledger)" }
if ($run) { $run.Blockers | Format-List; exit $run.ExitCode }
exit 1
