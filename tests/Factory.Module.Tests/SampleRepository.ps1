# Makes repositories for the tests. Dot-sourced by them.

# Also where a file of tests is run without run.ps1: no key is made in the real home.
if ($TestDrive) { $env:XDG_DATA_HOME = $env:LOCALAPPDATA = [System.IO.Directory]::CreateDirectory("$TestDrive/home").FullName }

function New-SampleRepository {
    <#
    .SYNOPSIS
        Makes a repository with one worker for each key, and returns its path.
    .PARAMETER Path
        The folder to make.
    .PARAMETER Worker
        Names and commands; when left out, two workers that apply patches to different files.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [System.Collections.IDictionary] $Worker
    )

    $ErrorActionPreference = 'Stop'
    $null = [System.IO.Directory]::CreateDirectory($Path)
    Invoke-SampleGit $Path init -q -b main
    foreach ($setting in 'user.name=Sample', 'user.email=sample@example.com', 'commit.gpgsign=false', 'core.autocrlf=false') {
        Invoke-SampleGit $Path config @($setting -split '=')
    }

    Set-SampleFile "$Path/src/a.txt" "one`ntwo`nthree`n"
    Set-SampleFile "$Path/docs/b.txt" "first`nsecond`n"
    Invoke-SampleGit $Path add .
    Invoke-SampleGit $Path commit -q -m base
    New-SamplePatch $Path src/a.txt "one`nTWO`nthree`n" a
    New-SamplePatch $Path docs/b.txt "first`nSECOND`n" b
    if (-not $Worker) {
        $Worker = [ordered]@{
            A_worker = @('git', 'apply', '{repo}/patches/a.patch')
            B_worker = @('git', 'apply', '{repo}/patches/b.patch')
        }
    }

    $configuration = @{
        schema_version   = 2
        contract_version = 2
        workers          = @{ definitions = @($Worker.Keys | ForEach-Object { @{ id = $_; command = $Worker[$_] } }) }
        integration      = @{ checks = @(@{ name = 'diff'; command = @('git', '--version'); timeout_seconds = 60; required = $true }); on_failure = 'block' }
    }
    Set-SampleFile "$Path/factory.config.json" ($configuration | ConvertTo-Json -Depth 9)
    Invoke-SampleGit $Path add .
    Invoke-SampleGit $Path commit -q -m configuration
    $Path
}

function New-SamplePatch([string] $Path, [string] $File, [string] $Content, [string] $Name) {
    Set-SampleFile "$Path/$File" $Content
    Set-SampleFile "$Path/patches/$Name.patch" ((Invoke-SampleGit $Path diff -- $File | Out-String -Width 4096).ReplaceLineEndings("`n"))
    Invoke-SampleGit $Path checkout -q -- $File
}

function Set-SampleFile([string] $Path, [string] $Content) {
    $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($Path))
    [System.IO.File]::WriteAllText($Path, $Content)
}

function Invoke-SampleGit {
    $folder, $rest = $args
    git -C $folder @rest
    if ($LASTEXITCODE) { throw "git $rest ended with $LASTEXITCODE" }
}

function Get-FolderState([string] $Path) {
    Get-ChildItem -LiteralPath $Path -Recurse -File -Force | Sort-Object FullName | ForEach-Object {
        '{0} {1}' -f $_.FullName, (Get-FileHash -LiteralPath $_.FullName).Hash
    }
}

# What -WhatIf says goes to the host, which a thread job keeps to itself.
function Invoke-InJob([scriptblock] $Script, [string] $Argument) {
    $import = [scriptblock]::Create("Import-Module '$ModulePath/Factory.psd1'")
    Start-ThreadJob -InitializationScript $import -ScriptBlock $Script -ArgumentList $Argument | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
}
