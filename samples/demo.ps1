<#
.SYNOPSIS
    Makes a repository of samples/demo and runs Factory over it, once to a pass and once into a block.
.PARAMETER ModulePath
    The folder of the module.
.PARAMETER Destination
    The folder of the repository; what is there is replaced.
#>
[CmdletBinding()]
param(
    [string] $ModulePath = "$PSScriptRoot/../out/module/Factory",
    [string] $Destination = "$PSScriptRoot/../out/demo"
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
if (Test-Path $Destination) { Remove-Item $Destination -Recurse -Force }
Copy-Item "$PSScriptRoot/demo" $Destination -Recurse -Force
Import-Module $ModulePath
Push-Location $Destination
try {
    git init -q -b main
    git add .
    git -c user.name=Demo -c user.email=demo@example.com -c commit.gpgsign=false commit -q -m 'The order service'
    $run = Invoke-FactoryOneshot
    $run | Format-List
    $run | Get-FactoryLedger | Group-Object EventType -NoElement
    $run | Test-FactoryAttestation | Format-List
    $blocked = Invoke-FactoryOneshot -ConfigPath factory.blocked.json -ErrorAction SilentlyContinue
    $blocked, $blocked.Blockers | Format-List
    Test-FactoryLedger -Head "$($run.Ledger)" | Format-List
}
finally {
    Pop-Location
}
