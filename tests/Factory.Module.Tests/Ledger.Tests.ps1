param([Parameter(Mandatory)] [string] $ModulePath)

BeforeAll {
    . "$PSScriptRoot/SampleRuns.ps1"
}

Describe 'Get-FactoryLedger' {
    It 'finds the ledger from the current location' {
        Push-Location "$repository/src"
        try { $events = Get-FactoryLedger } finally { Pop-Location }
        $events | Should -BeOfType Factory.Core.Contracts.LedgerEvent
        $events.Count | Should -Be @(Get-Content $ledger).Count
    }

    It 'filters by <Name>' -ForEach @(
        @{ Name = 'RunId'; Filter = { @{ RunId = $run.RunId } }; Test = { $_.RunId -eq $run.RunId } }
        @{ Name = 'EventType'; Filter = { @{ EventType = 'run_end', 'RUN_START' } }; Test = { $_.EventType -in 'RUN_END', 'RUN_START' } }
        @{ Name = 'Actor'; Filter = { @{ Actor = 'B_worker' } }; Test = { $_.Actor -ceq 'B_worker' } }
        @{ Name = 'Rc'; Filter = { @{ Rc = 0 } }; Test = { $_.Rc -eq 0 } }
        @{ Name = 'Status'; Filter = { @{ Status = 'warn' } }; Test = { $_.Status -eq 'WARN' } }
        @{ Name = 'Kind'; Filter = { @{ Kind = 'factory' } }; Test = { $_.Kind -eq 'factory' } }
        @{ Name = 'Since'; Filter = { @{ Since = $middle } }; Test = { $_.Timestamp -ge $middle } }
        @{ Name = 'Until'; Filter = { @{ Until = $middle } }; Test = { $_.Timestamp -le $middle } }
    ) {
        $all = Get-FactoryLedger -Path $ledger
        $middle = $all[10].Timestamp
        $arguments = & $Filter
        $expected = @($all | Where-Object $Test)
        $expected.Count | Should -BeGreaterThan 0
        (Get-FactoryLedger -Path $ledger @arguments).LineNumber | Should -Be $expected.LineNumber
    }

    It 'takes times as PowerShell gives them' {
        @(Get-FactoryLedger -Path $ledger -Since (Get-Date).AddDays(-1) -Until (Get-Date).AddDays(1)).Count | Should -BeGreaterThan 10
        Get-FactoryLedger -Path $ledger -Until '2020-01-31T12:00:00Z' | Should -BeNullOrEmpty
    }

    It 'takes the first and the last of what is left' {
        $all = Get-FactoryLedger -Path $ledger -RunId $run.RunId
        (Get-FactoryLedger -Path $ledger -RunId $run.RunId -First 2).LineNumber | Should -Be $all[0, 1].LineNumber
        (Get-FactoryLedger -Path $ledger -RunId $run.RunId -Last 2).LineNumber | Should -Be $all[-2, -1].LineNumber
        (Get-FactoryLedger -Path $ledger -RunId $run.RunId -First 1 -Last 1).LineNumber | Should -Be $all[0, -1].LineNumber
    }

    It 'stops at Select-Object -First and lets go of the file' {
        Get-FactoryLedger -Path $ledger | Select-Object -First 1 | ForEach-Object LineNumber | Should -Be 1
        $stream = [System.IO.File]::Open($ledger, 'Open', 'ReadWrite', 'None')
        $stream.Dispose()
    }

    It 'reads every ledger that a wildcard matches' {
        1..3 | ForEach-Object { $null = New-Item -ItemType Directory "$TestDrive/archive/$_"; Copy-Item $ledger "$TestDrive/archive/$_" }
        @(Get-FactoryLedger -Path "$TestDrive/archive/[12]/*.jsonl" -EventType RUN_START).Count | Should -Be 4
        @(Get-ChildItem "$TestDrive/archive" -Recurse -Filter *.jsonl | Get-FactoryLedger -EventType RUN_START).Count | Should -Be 6
    }

    It 'takes a folder for its ledger, and refuses one that has none' {
        $count = @(Get-FactoryLedger -Path $ledger).Count
        foreach ($folder in $repository, (Split-Path $ledger)) { @(Get-FactoryLedger -Path $folder).Count | Should -Be $count }
        foreach ($folder in $repository, (Split-Path $ledger), $run.RunDir) {
            (Test-FactoryLedger -LiteralPath $folder).Events | Should -Be $count
        }
        Get-FactoryLedger -Path (Split-Path $repository) -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryLedgerNotFound,*'
        "$($problems[0]) $($problems[0].ErrorDetails.RecommendedAction)" | Should -Match 'is a folder.*factory_ledger.jsonl'
    }

    It 'takes the folder of a run for that run, also where it was copied to' {
        $copy = (Copy-Item -Recurse $other.RunDir "$TestDrive/evidence" -PassThru)[0].FullName
        $count = @(Get-Content "$copy/ledger.jsonl").Count
        foreach ($folder in $other.RunDir, $copy) {
            $events = Get-Item $folder | Get-FactoryLedger
            $events.Count | Should -Be $count
            $events.RunId | Sort-Object -Unique | Should -Be $other.RunId
        }
        (Get-FactoryLedger -RunDir $copy).Count | Should -Be $count
        (Get-FactoryLedger -RunDir $other.RunDir).RunId | Sort-Object -Unique | Should -Be $other.RunId
        Test-FactoryLedger -Path $copy -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].ErrorDetails.RecommendedAction | Should -Match 'Test-FactoryAttestation -RunDir'
    }

    It 'writes an error for a run that no ledger has, when nothing else is asked' {
        Get-FactoryLedger -Path $ledger, "$runs/*.jsonl" -RunId nosuch -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        @($problems).Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryRunNotFound,*'
        $problems[0].CategoryInfo.Category, $problems[0].TargetObject | Should -Be 'ObjectNotFound', 'nosuch'
        Get-FactoryLedger -Path $ledger -RunId nosuch -Status FAIL -ErrorAction Stop | Should -BeNullOrEmpty
        @(Get-FactoryLedger -Path $ledger -RunId $run.RunId -First 0 -ErrorAction Stop).Count | Should -Be 0
    }

    It 'takes -LiteralPath literally' {
        $null = New-Item -ItemType Directory "$TestDrive/a[1]"
        Copy-Item $ledger -Destination ([WildcardPattern]::Escape("$TestDrive/a[1]"))
        [System.IO.File]::Copy($ledger, "$TestDrive/a[1]/copy.jsonl")
        @(Get-FactoryLedger -LiteralPath "$TestDrive/a[1]/copy.jsonl" -EventType RUN_START).Count | Should -Be 2
        Get-FactoryLedger -Path "$TestDrive/a[1]/copy.jsonl" -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryPathNotFound,*'
    }

    It 'warns about a line that is not of its schema, and is strict on request' {
        $damaged = "$TestDrive/damaged.jsonl"
        [System.IO.File]::WriteAllLines($damaged, @((Get-Content $ledger -TotalCount 1), '{"half":', (Get-Content $ledger)[1]))
        $events = Get-FactoryLedger -Path $damaged -WarningVariable warnings -WarningAction SilentlyContinue
        $events.LineNumber | Should -Be 1, 3
        $warnings[0] | Should -Match 'damaged\.jsonl:2: '
        Get-FactoryLedger -Path $damaged -Strict -ErrorVariable problems -ErrorAction SilentlyContinue | Out-Null
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryLedgerInvalid,*'
    }

    It 'writes an error where there is no ledger, and ends where there is no repository' {
        $empty = New-SampleRepository "$TestDrive/never-run"
        Push-Location $empty
        try { Get-FactoryLedger -ErrorVariable problems -ErrorAction SilentlyContinue } finally { Pop-Location }
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryLedgerNotFound,*'
        Push-Location $TestDrive
        try { { Get-FactoryLedger } | Should -Throw -ErrorId 'FactoryRepositoryUnusable,*' } finally { Pop-Location }
    }

    It 'does not take a refused run for every run' {
        $refused = Invoke-FactoryOneshot -Path $repository -BaseRef no-such -ErrorAction SilentlyContinue
        $refused | Get-FactoryLedger -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems.Count | Should -BeGreaterThan 0
    }
}

Describe 'New-FactoryAttestation' {
    It 'takes a run id and a repository' {
        (New-FactoryAttestation -RunId $run.RunId -Path $repository).RunDir | Should -Be $run.RunDir
    }

    It 'writes nothing with -WhatIf' {
        $before = Get-FolderState $run.RunDir
        Invoke-InJob { New-FactoryAttestation -RunDir $args[0] -WhatIf } $run.RunDir | Should -BeNullOrEmpty
        Get-FolderState $run.RunDir | Should -Be $before
    }

    It 'writes <Id> for <RunId>' -ForEach @(
        @{ RunId = 'nonsense'; Id = 'FactoryRunIdInvalid' }
        @{ RunId = 'factory_20260218_131510_6339cf02_001'; Id = 'FactoryRunNotFound' }
    ) {
        New-FactoryAttestation -RunId $RunId -Path $repository -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $problems[0].TargetObject | Should -Be $RunId
    }
}

Describe 'Completion' {
    BeforeAll {
        function Complete([string] $Line) { [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, @{}).CompletionMatches.CompletionText }
        Push-Location $repository
    }
    AfterAll { Pop-Location }

    It 'offers <Expected> for "<Line>"' -ForEach @(
        @{ Line = 'Invoke-FactoryOneshot -Worker '; Expected = 'A_worker', 'B_worker' }
        @{ Line = 'Invoke-FactoryOneshot -Worker b'; Expected = @('B_worker') }
        @{ Line = "Invoke-FactoryOneshot -Worker 'a"; Expected = @("'A_worker'") }
        @{ Line = 'Invoke-FactoryOneshot -Worker "b"'; Expected = @('"B_worker"') }
        @{ Line = 'Invoke-FactoryOneshot -Worker A_worker, B'; Expected = @('B_worker') }
        @{ Line = 'Get-FactoryLedger -EventType RUN_S'; Expected = 'RUN_START', 'RUN_STATE' }
        @{ Line = 'Get-FactoryLedger -Status b'; Expected = @('BLOCKED') }
        @{ Line = 'Get-FactoryLedger -Actor '; Expected = 'A_worker', 'B_worker', 'Z_integrator' }
        @{ Line = 'Get-FactoryLedger -Kind '; Expected = @('factory') }
        @{ Line = 'Invoke-FactoryOneshot -BaseRef '; Expected = 'HEAD', 'main' }
        @{ Line = 'Invoke-FactoryOneshot -StrictCollisionMode '; Expected = '$true', '$false' }
    ) {
        Complete $Line | Should -Be $Expected
    }

    It 'offers the runs, newest first' {
        Complete 'Get-FactoryLedger -RunId ' | Should -Be $other.RunId, $run.RunId
        Complete 'New-FactoryAttestation ' | Should -Be $other.RunId, $run.RunId
    }

    It 'looks where -Path says, also with spaces' {
        $spaced = New-SampleRepository "$TestDrive/with spaces" @{ Only_worker = @('git', '--version') }
        Complete "Invoke-FactoryOneshot -Path '$spaced' -Worker " | Should -Be 'Only_worker'
    }

    It 'offers nothing, without an error, outside of a repository' {
        $Error.Clear()
        Push-Location $TestDrive
        try { Complete "Invoke-FactoryOneshot -Worker zz'" | Should -Not -Contain 'A_worker' } finally { Pop-Location }
        $Error.Count | Should -Be 0
    }
}
