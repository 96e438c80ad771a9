param([Parameter(Mandatory)] [string] $ModulePath)

BeforeAll {
    . "$PSScriptRoot/SampleRepository.ps1"
    Import-Module "$ModulePath/Factory.psd1" -Force
}

Describe 'Invoke-FactoryOneshot on a repository whose workers pass' {
    BeforeAll {
        $repository = New-SampleRepository "$TestDrive/passes"
        $run = Invoke-FactoryOneshot -Path $repository
    }

    It 'returns one typed result' {
        @($run).Count | Should -Be 1
        $run | Should -BeOfType Factory.Core.Contracts.RunResult
        $run.Status | Should -Be 'PASS'
        $run.ExitCode | Should -Be 0
        $run.Workers.Id | Should -Be 'A_worker', 'B_worker'
        $run.Stages.Name | Should -Be 'preflight', 'launch', 'bundle-validate', 'integrate', 'summary'
    }

    It 'made the integrated branch and left the checkout alone' {
        Invoke-SampleGit $repository rev-parse "codex/factory/$($run.RunId)/Z_integrator" | Should -Be $run.IntegratedCommit
        Invoke-SampleGit $repository show "$($run.IntegratedCommit):docs/b.txt" | Should -Be 'first', 'SECOND'
        Invoke-SampleGit $repository status --porcelain | Should -BeNullOrEmpty
    }

    It 'flows into Get-FactoryLedger' {
        $groups = $run | Get-FactoryLedger | Group-Object EventType -AsHashTable
        $groups['WORKER_END'].Count | Should -Be 2
        $groups['RUN_END'].Status | Should -Be 'PASS'
        ($run | Get-FactoryLedger).RunId | Sort-Object -Unique | Should -Be $run.RunId
    }

    It 'flows into New-FactoryAttestation, whose manifests hold' {
        $attestation = $run | New-FactoryAttestation
        $attestation | Should -BeOfType Factory.Core.Attestation.AttestationResult
        $lines = Get-Content $attestation.Bundles, $attestation.Report, $attestation.Ledger
        $lines.Count | Should -Be $attestation.Files
        foreach ($line in $lines) {
            $digest, $name = $line -split '  ', 2
            (Get-FileHash -LiteralPath (Join-Path $attestation.RunDir $name)).Hash | Should -Be $digest -Because $name
        }

        @(Get-FactoryLedger -LiteralPath "$($run.RunDir)/../factory_ledger.jsonl" -EventType ATTESTATION_WRITTEN).Count | Should -Be 2
    }

    It 'shows its views without an error' {
        $Error.Clear()
        $run, $run.Stages[0], $run.Workers[0] | ForEach-Object { $_ | Format-Table | Out-String -Width 120 } | Should -Match 'PASS'
        $run | Format-List | Out-String | Should -Match 'A_worker PASS'
        $run | Get-FactoryLedger | Out-String -Width 80 | Should -Match 'RUN_END +Z_integrator +PASS'
        $Error.Count | Should -Be 0
    }

    It 'ends every progress bar that it began' {
        $shell = [powershell]::Create().AddScript("Import-Module '$ModulePath/Factory.psd1'; Invoke-FactoryOneshot -LiteralPath '$repository' -DryRun")
        $null = $shell.Invoke()
        $bars = $shell.Streams.Progress | Group-Object ActivityId
        $bars.Count | Should -BeGreaterThan 2
        $bars | ForEach-Object { $_.Group[-1].RecordType } | Sort-Object -Unique | Should -Be 'Completed'
        $shell.Dispose()
    }

    It 'keeps to the workers that are named' {
        (Invoke-FactoryOneshot -Path $repository -Worker B_worker).Workers.Id | Should -Be 'B_worker'
    }

    It 'is WARN at best as a dry run' {
        (Invoke-FactoryOneshot -Path $repository -DryRun).Status | Should -Be 'WARN'
    }
}

Describe 'Invoke-FactoryOneshot -WhatIf' {
    It 'leaves the folder byte-identical and returns nothing' {
        $repository = New-SampleRepository "$TestDrive/whatif"
        $before = Get-FolderState $repository
        Invoke-InJob { Invoke-FactoryOneshot -Path $args[0] -WhatIf } $repository | Should -BeNullOrEmpty
        Get-FolderState $repository | Should -Be $before
    }
}

Describe 'Invoke-FactoryOneshot on a repository whose worker fails' {
    BeforeAll {
        $repository = New-SampleRepository "$TestDrive/blocked" @{ A_worker = @('git', 'apply', '{repo}/no-such.patch') }
    }

    It 'returns the result and then writes an error' {
        $run = Invoke-FactoryOneshot -Path $repository -ErrorVariable problems -ErrorAction SilentlyContinue
        $run.Status | Should -Be 'BLOCKED'
        $run.ExitCode | Should -Be 2
        $run.IntegratedCommit | Should -BeNullOrEmpty
        $problems.Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryRunBlocked,*'
        $problems[0].CategoryInfo.Category | Should -Be 'InvalidResult'
        $problems[0].TargetObject.RunId | Should -Be $run.RunId
        $problems[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'ends a step that stops at errors, with the result as target' {
        try { Invoke-FactoryOneshot -Path $repository -ErrorAction Stop | Out-Null } catch { $caught = $_ }
        $caught.TargetObject.ExitCode | Should -Be 2
    }

    It 'gives its exit code to a process' {
        Set-Content "$TestDrive/step.ps1" "Import-Module '$ModulePath/Factory.psd1'; `$r = Invoke-FactoryOneshot -LiteralPath '$repository' -ErrorAction SilentlyContinue; exit `$r.ExitCode"
        pwsh -NoProfile -File "$TestDrive/step.ps1"
        $LASTEXITCODE | Should -Be 2
    }
}

Describe 'Invoke-FactoryOneshot where it cannot run' {
    It 'refuses a folder outside of any repository' {
        $folder = New-Item -ItemType Directory "$TestDrive/plain"
        $run = Invoke-FactoryOneshot -Path $folder -ErrorVariable problems -ErrorAction SilentlyContinue
        $run.ExitCode | Should -Be 2
        $run.RunId | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryRunRefused,*'
    }

    It 'writes <Id> for the path <Path>' -ForEach @(
        @{ Path = 'no-such-folder'; Id = 'FactoryPathNotFound' }
        @{ Path = 'no-such-*'; Id = 'FactoryPathNotFound' }
        @{ Path = 'Env:'; Id = 'FactoryPathNotInFileSystem' }
    ) {
        Invoke-FactoryOneshot -Path $Path -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $problems[0].TargetObject | Should -Be $Path
    }
}

Describe 'Where paths are taken from' {
    It 'follows the location of PowerShell, not of the process' {
        $repository = New-SampleRepository "$TestDrive/located"
        Push-Location $repository
        try { (Invoke-FactoryOneshot -DryRun).RunDir | Should -BeLike "*located*" } finally { Pop-Location }
    }

    It 'takes a path with brackets and spaces literally, also from Get-Item' {
        $repository = New-SampleRepository "$TestDrive/with [brackets] and spaces"
        (Invoke-FactoryOneshot -LiteralPath $repository -DryRun).Status | Should -Be 'WARN'
        (Get-Item -LiteralPath $repository | Invoke-FactoryOneshot).Status | Should -Be 'PASS'
        Invoke-FactoryOneshot -Path $repository -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryPathNotFound,*'
    }
}

Describe 'Many at once' {
    It 'runs under ForEach-Object -Parallel' {
        $repositories = 1..2 | ForEach-Object { New-SampleRepository "$TestDrive/parallel$_" }
        $runs = $repositories | ForEach-Object -Parallel {
            Import-Module "$using:ModulePath/Factory.psd1"
            Invoke-FactoryOneshot -LiteralPath $_
        }
        $runs.Status | Should -Be 'PASS', 'PASS'
    }

    It 'says at Ctrl+C that it waits for the workers' -Skip:$IsWindows {
        # One that ends at the first signal leaves nothing to wait for.
        Set-SampleFile "$TestDrive/stubborn.sh" "trap '' INT`nsleep 60`n"
        $repository = New-SampleRepository "$TestDrive/interrupted" @{ A_worker = @('sh', "$TestDrive/stubborn.sh") }
        $said = "$TestDrive/interrupted.txt"
        $line = "Import-Module '$ModulePath/Factory.psd1'; Invoke-FactoryOneshot -LiteralPath '$repository'"
        $shell = Start-Process pwsh -ArgumentList '-NoProfile', '-Command', "`"$line`"" -RedirectStandardOutput $said -RedirectStandardError "$said.err" -PassThru
        for ($i = 0; $i -lt 200 -and -not (Get-ChildItem "$repository/tools/codex/runs/*/A_worker/LOGS/command.stdout.log" -ErrorAction Ignore); $i++) { Start-Sleep -Milliseconds 100 }
        Start-Sleep -Milliseconds 500
        kill -INT $shell.Id
        $shell.WaitForExit(30000) | Should -BeTrue
        @(Select-String -Path $said, "$said.err" -Pattern 'stopping: waiting up to 10 s for the workers').Count | Should -Be 1
    }

    It 'leaves no process behind when it is stopped' {
        $seconds = Get-Random -Minimum 100000 -Maximum 999999
        $command = $IsWindows ? @('ping', '-n', "$seconds", '127.0.0.1') : @('sleep', "$seconds")
        $repository = New-SampleRepository "$TestDrive/stopped" @{ A_worker = $command }
        $job = Start-ThreadJob { Import-Module "$using:ModulePath/Factory.psd1"; Invoke-FactoryOneshot -LiteralPath $using:repository }
        $sleeping = { Get-Process | Where-Object CommandLine -Like "*$seconds*" }
        for ($i = 0; $i -lt 100 -and -not (& $sleeping); $i++) { Start-Sleep -Milliseconds 100 }
        & $sleeping | Should -Not -BeNullOrEmpty
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-Job $job
        $null = Wait-Job $job -Timeout 20
        $job.State | Should -Be 'Stopped'
        & $sleeping | Should -BeNullOrEmpty
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 15
        Remove-Job $job -Force
        (Invoke-FactoryOneshot -LiteralPath $repository -DryRun).Status | Should -Be 'WARN' -Because 'the locks are free again'
    }
}
