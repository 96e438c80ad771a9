param([Parameter(Mandatory)] [string] $ModulePath)

BeforeAll {
    . "$PSScriptRoot/SampleRuns.ps1"
    $plain = (New-Item -ItemType Directory "$TestDrive/plain").FullName
    $bare = New-SampleRepository "$TestDrive/bare"
    Remove-Item "$bare/factory.config.json"

    # In a job: a cmdlet that ends the whole script by mistake ends only that, and leaves Reached out.
    function Invoke-Mixed([string] $Line, [string[]] $Inputs) {
        $script = [scriptblock]::Create(@"
param(`$Inputs)
`$found = try { $Line -ErrorAction SilentlyContinue -ErrorVariable problems -WarningAction Ignore } finally { }
[pscustomobject]@{ Reached = `$true; Found = @(`$found); Problems = @(`$problems | Where-Object { `$_ -is [System.Management.Automation.ErrorRecord] }) }
"@)
        $import = [scriptblock]::Create("Import-Module '$ModulePath/Factory.psd1'")
        Start-ThreadJob -InitializationScript $import -ScriptBlock $script -ArgumentList (, $Inputs) -StreamingHost $Host | Receive-Job -Wait -AutoRemoveJob
    }
}

Describe 'One bad input among good ones' {
    It '<Line> writes its error and does the others' -ForEach @(
        @{ Line = 'Get-Item $Inputs | New-FactoryConfig'; Good = { New-SampleRepository "$TestDrive/$(New-Guid)" | ForEach-Object { Remove-Item "$_/factory.config.json"; $_ } }; Bad = { $plain } }
        @{ Line = '$Inputs | New-FactoryConfig'; Good = { New-SampleRepository "$TestDrive/$(New-Guid)" | ForEach-Object { Remove-Item "$_/factory.config.json"; $_ } }; Bad = { $plain } }
        @{ Line = 'Get-Item $Inputs | Invoke-FactoryOneshot -DryRun'; Good = { $repository }; Bad = { $plain }; Found = 3 }
        @{ Line = 'Get-Item $Inputs | Get-FactoryRun -Newest 1'; Good = { $repository }; Bad = { $plain } }
        @{ Line = 'Get-Item $Inputs | Get-FactoryLedger -First 1'; Good = { $repository }; Bad = { $plain } }
        @{ Line = 'Get-Item $Inputs | Test-FactoryLedger'; Good = { $ledger }; Bad = { $plain }; Found = 1 }
        @{ Line = '$Inputs | Test-FactoryAttestation'; Good = { $run.RunDir }; Bad = { $plain } }
        @{ Line = '$Inputs | Select-Object @{ Name = "RunDir"; Expression = { $_ } } | New-FactoryAttestation'; Good = { $run.RunDir }; Bad = { $plain } }
        @{ Line = '$Inputs | Select-Object @{ Name = "Path"; Expression = { "$_/a.pem" } } | New-FactoryKey -Force'; Good = { $bare }; Bad = { "$plain/none" } }
    ) {
        $good = (& $Good) -replace '\\', '/'
        $bad = & $Bad
        $answer = Invoke-Mixed $Line @($bad, $good, $bad, $good)
        $answer.Reached | Should -BeTrue
        $answer.Problems.Count | Should -Be ($Line -match 'New-FactoryConfig' ? 3 : 2)
        "$($answer.Problems[0].TargetObject)$($answer.Problems[0].TargetObject.Blockers.Path)" | Should -BeLike "*$(Split-Path -Leaf $bad)*"
        $Found ??= $Line -match 'New-FactoryConfig' ? 1 : 2
        $answer.Found.Count | Should -BeGreaterOrEqual $Found
    }

    It 'Test-FactoryDoctor tells what it finds in each' {
        $answer = Invoke-Mixed 'Get-Item $Inputs | Test-FactoryDoctor' @($plain, $repository)
        $answer.Found.Count | Should -BeGreaterThan @(Test-FactoryDoctor -Path $repository).Count
        $answer.Problems | Should -BeNullOrEmpty
    }

    It 'New-FactoryConfig -WhatIf goes on too' {
        $answer = Invoke-Mixed 'Get-Item $Inputs | New-FactoryConfig -WhatIf' @($plain, $bare, $plain)
        $answer.Reached | Should -BeTrue
        $answer.Problems.Count | Should -Be 2
        $answer.Problems[0].TargetObject | Should -Be $plain
        "$bare/factory.config.json" | Should -Not -Exist
    }
}
