param([Parameter(Mandatory)] [string] $ModulePath)

BeforeAll {
    . "$PSScriptRoot/SampleRuns.ps1"
    # Two workers change one file, so this run is BLOCKED.
    $both = @('git', 'apply', '{repo}/patches/a.patch')
    $blockedRepository = New-SampleRepository "$TestDrive/blocked" @{ A_worker = $both; B_worker = $both }
    $blocked = Invoke-FactoryOneshot -Path $blockedRepository -ErrorAction SilentlyContinue
}

Describe 'The result of a run' {
    It 'has the signed head of the ledger as one line' {
        $run.Ledger | Should -BeOfType Factory.Core.Contracts.LedgerHead
        "$($run.Ledger)" | Should -Match '^factory-ledger/[0-9a-f]{16} \d+ [A-Za-z0-9+/]{43}=$'
        $run | Format-List | Out-String -Width 200 | Should -Match ([regex]::Escape("$($run.Ledger)"))
    }
}

Describe 'Get-FactoryRun' {
    It 'lists the runs, newest first, from the current location' {
        Push-Location "$repository/src"
        try { $found = Get-FactoryRun } finally { Pop-Location }
        $found | Should -BeOfType Factory.Core.Pipeline.RunSummary
        $found.RunId | Should -Be $other.RunId, $run.RunId
        $found.Status | Should -Be 'WARN', 'PASS'
        $found[1].RunDir | Should -Be $run.RunDir
        $found[1].Ledger | Should -Be $ledger
    }

    It 'filters by <Name>' -ForEach @(
        @{ Name = 'RunId'; Filter = { @{ RunId = $run.RunId } }; Expected = { $run.RunId } }
        @{ Name = 'a wildcard'; Filter = { @{ RunId = '*_001' } }; Expected = { @($other, $run).RunId -like '*_001' } }
        @{ Name = 'Status'; Filter = { @{ Status = 'pass', 'blocked' } }; Expected = { $run.RunId } }
        @{ Name = 'Kind'; Filter = { @{ Kind = 'factory' } }; Expected = { $other.RunId, $run.RunId } }
        @{ Name = 'another kind'; Filter = { @{ Kind = 'demo' } }; Expected = { } }
        @{ Name = 'Newest'; Filter = { @{ Newest = 1 } }; Expected = { $other.RunId } }
    ) {
        $arguments = & $Filter
        (Get-FactoryRun -Path $repository @arguments).RunId | Should -Be (& $Expected)
    }

    It 'takes -LiteralPath, folders from the pipeline and -ConfigPath' {
        @(Get-FactoryRun -LiteralPath $repository).Count | Should -Be 2
        @(Get-Item $repository, $blockedRepository | Get-FactoryRun).Count | Should -Be 3
        @(Get-FactoryRun -Path $repository -ConfigPath "$repository/factory.config.json").Count | Should -Be 2
    }

    It 'flows into Get-FactoryLedger' {
        $events = Get-FactoryRun -Path $blockedRepository -Status BLOCKED | Get-FactoryLedger
        $events.Count | Should -BeGreaterThan 10
        $events.RunId | Sort-Object -Unique | Should -Be $blocked.RunId
    }

    It 'writes an error for a run that no repository has, and not for a wildcard or a filter' {
        Get-FactoryRun -Path $repository -RunId nosuch -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryRunNotFound,*'
        $problems[0].CategoryInfo.Category, $problems[0].TargetObject | Should -Be 'ObjectNotFound', 'nosuch'
        $found = Get-Item $repository, $blockedRepository | Get-FactoryRun -RunId $run.RunId, $blocked.RunId, 'x*', 'nosuch' -ErrorVariable problems -ErrorAction SilentlyContinue
        $found.RunId | Should -Be $run.RunId, $blocked.RunId
        $problems.TargetObject | Should -Be 'nosuch'
        Get-FactoryRun -Path $repository -RunId $run.RunId -Status FAIL -ErrorAction Stop | Should -BeNullOrEmpty
        (Get-FactoryRun -Path $repository -RunId $run.RunId, $other.RunId -Newest 1 -ErrorAction Stop).RunId | Should -Be $other.RunId
    }

    It 'stops at Select-Object -First' {
        (Get-FactoryRun -Path $repository | Select-Object -First 1).RunId | Should -Be $other.RunId
    }

    It 'writes an error for a run that cannot be read, and goes on' {
        $torn = New-SampleRepository "$TestDrive/torn" @{ A_worker = @('git', '--version') }
        1..2 | ForEach-Object { $last = Invoke-FactoryOneshot -Path $torn -DryRun }
        [System.IO.File]::WriteAllText("$($last.RunDir)/RUN_MANIFEST.json", '{')
        $found = Get-FactoryRun -Path $torn -ErrorVariable problems -ErrorAction SilentlyContinue
        @($found).Count | Should -Be 1
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryRunUnreadable,*'
        $problems[0].TargetObject | Should -Be $last.RunId
    }

    It 'writes an error where there is no repository' {
        Get-FactoryRun -Path $TestDrive -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryRepositoryUnusable,*'
    }
}

Describe 'Completion for runs' {
    It 'offers <Expected> for "<Line>"' -ForEach @(
        @{ Line = 'Get-FactoryRun -Status b'; Expected = { 'BLOCKED' } }
        @{ Line = 'Get-FactoryRun -RunId '; Expected = { $other.RunId, $run.RunId } }
        @{ Line = 'Get-FactoryRun -Kind '; Expected = { 'factory' } }
    ) {
        Push-Location $repository
        try { $offers = [System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, @{}).CompletionMatches } finally { Pop-Location }
        $offers.CompletionText | Should -Be (& $Expected)
    }
}
