<#
.SYNOPSIS
How soon the first object of a huge ledger comes out of Get-FactoryLedger in a fresh pwsh, against Get-Content of the same file.
.PARAMETER Module
The published module's manifest.
.PARAMETER Ledger
The ledger, sealed: its frontier lies beside it.
.PARAMETER Starts
Fresh processes for each figure; the median of each is printed, in milliseconds.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Ledger,
    [ValidateRange(1, 100)] [int] $Starts = 10
)
$ErrorActionPreference = 'Stop'

# What pwsh itself compiles for its first pipeline of Select-Object and ForEach-Object belongs to no cmdlet: "warm" ran one before.
$warm = '1 | Select-Object -First 1 | ForEach-Object { $script:at = [Diagnostics.Stopwatch]::GetTimestamp() }'
$ways = [ordered]@{
    'Get-FactoryLedger, pipeline used before'     = @($warm, 'Get-FactoryLedger -LiteralPath $ledger')
    'Get-FactoryLedger, first pipeline of pwsh'   = @('', 'Get-FactoryLedger -LiteralPath $ledger')
    'Get-Content, pipeline used before'           = @($warm, 'Get-Content -LiteralPath $ledger')
    'Get-Content, first pipeline of pwsh'         = @('', 'Get-Content -LiteralPath $ledger')
}
foreach ($way in $ways.GetEnumerator()) {
    $before, $command = $way.Value
    $script = @"
`$module, `$ledger = '$($Module -replace "'", "''")', '$($Ledger -replace "'", "''")'
Import-Module `$module
$before
`$script:at = 0
`$start = [Diagnostics.Stopwatch]::GetTimestamp()
$command | Select-Object -First 1 | ForEach-Object { `$script:at = [Diagnostics.Stopwatch]::GetTimestamp() }
(`$script:at - `$start) * 1000 / [Diagnostics.Stopwatch]::Frequency
"@
    $times = @(1..$Starts | ForEach-Object { [double] (& (Get-Process -Id $PID).Path -NoProfile -Command $script) } | Sort-Object)
    [pscustomobject]@{ What = $way.Key; MedianMs = [math]::Round($times[[int][math]::Floor(($times.Count - 1) / 2)], 1); LeastMs = [math]::Round($times[0], 1); MostMs = [math]::Round($times[-1], 1) }
}
