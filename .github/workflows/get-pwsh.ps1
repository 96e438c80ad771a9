<#
.SYNOPSIS
    Puts PowerShell 7.6 on the PATH of the steps that follow, when the runner's own is older.
#>
$ErrorActionPreference = 'Stop'
if ($PSVersionTable.PSVersion -ge [version] '7.6') { return }
$PSNativeCommandUseErrorActionPreference = $true
$folder = Join-Path $env:RUNNER_TEMP 'pwsh'
$null = New-Item -ItemType Directory -Force $folder
$asset = $IsWindows ? 'PowerShell-7.6.5-win-x64.zip' : 'powershell-7.6.5-linux-x64.tar.gz'
gh release download v7.6.5 --repo PowerShell/PowerShell --pattern $asset --dir $env:RUNNER_TEMP --clobber
if ($IsWindows) {
    Expand-Archive (Join-Path $env:RUNNER_TEMP $asset) $folder -Force
} else {
    tar -xzf (Join-Path $env:RUNNER_TEMP $asset) -C $folder
    chmod +x "$folder/pwsh"
}
$folder >> $env:GITHUB_PATH
