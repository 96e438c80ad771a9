# Two runs in one repository, for the tests: one that passed and a dry one. Dot-sourced by them, after $ModulePath is known.
. "$PSScriptRoot/SampleRepository.ps1"
Import-Module "$ModulePath/Factory.psd1" -Force
$repository = New-SampleRepository "$TestDrive/repository"
$run = Invoke-FactoryOneshot -Path $repository
$other = Invoke-FactoryOneshot -Path $repository -DryRun
$runs = "$repository/tools/codex/runs"
$ledger = "$runs/factory_ledger.jsonl"
