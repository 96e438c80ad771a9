param([Parameter(Mandatory)] [string] $ModulePath)

BeforeAll {
    . "$PSScriptRoot/SampleRuns.ps1"
    $stranger = New-FactoryKey "$TestDrive/stranger.pem"

    # A copy of the runs that a test may damage.
    function Copy-SampleRun([string] $Name) {
        Copy-Item -Recurse -LiteralPath $runs "$TestDrive/$Name"
        "$TestDrive/$Name"
    }

    function Set-OneByte([string] $File, [int] $Offset) {
        $bytes = [System.IO.File]::ReadAllBytes($File)
        $bytes[$Offset] = $bytes[$Offset] -bxor 1
        [System.IO.File]::WriteAllBytes($File, $bytes)
    }
}

Describe 'New-FactoryKey' {
    It 'makes a pair whose private half is its owner''s alone' {
        $key = New-FactoryKey -Path "$TestDrive/mine.pem"
        $key | Should -BeOfType Factory.Core.Attestation.Keys.KeyFileResult
        $key.Fingerprint | Should -Match '^[0-9a-f]{64}$'
        $key.IsEncrypted | Should -BeFalse
        Get-Content -Raw $key.PublicKeyPath | Should -Match 'BEGIN PUBLIC KEY'
        if (-not $IsWindows) { [int](Get-Item $key.Path).UnixFileMode | Should -Be 384 -Because 'that is 0600' }
    }

    It 'encrypts with a passphrase' {
        $key = New-FactoryKey "$TestDrive/encrypted.pem" -Passphrase (ConvertTo-SecureString 'a phrase' -AsPlainText)
        $key.IsEncrypted | Should -BeTrue
        Get-Content -Raw $key.Path | Should -Match 'BEGIN ENCRYPTED PRIVATE KEY'
    }

    It 'overwrites nothing, and moves old files aside on request' {
        $first = New-FactoryKey "$TestDrive/again.pem"
        New-FactoryKey "$TestDrive/again.pem" -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryKeyNotMade,*'
        $second = New-FactoryKey "$TestDrive/again.pem" -Force
        $second.Fingerprint | Should -Not -Be $first.Fingerprint
        "$TestDrive/again.pem.old1", "$TestDrive/again.pub.pem.old1" | Should -Exist
    }

    It 'makes nothing with -WhatIf' {
        Invoke-InJob { New-FactoryKey -Path $args[0] -WhatIf } "$TestDrive/not-made.pem" | Should -BeNullOrEmpty
        "$TestDrive/not-made.pem" | Should -Not -Exist
    }

    It 'writes an error for a folder that is not there' {
        New-FactoryKey "$TestDrive/nowhere/key.pem" -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryKeyNotMade,*'
    }
}

Describe 'Test-FactoryLedger' {
    It 'verifies the ledger of the current location' {
        Push-Location $repository
        try { $finding = Test-FactoryLedger -RequireSignature } finally { Pop-Location }
        $finding | Should -BeOfType Factory.Core.Contracts.LedgerVerification
        $finding.Status | Should -Be 'PASS'
        $finding.Checkpoint.Status | Should -Be 'SIGNED'
        $finding.Events | Should -Be @(Get-Content $ledger).Count
    }

    It 'reads a ledger once that many runs share' {
        $findings = Get-FactoryRun -Path $repository | Test-FactoryLedger
        @($findings).Count | Should -Be 1
        $findings.Ledger | Should -Be $ledger
    }

    It 'takes -Path with wildcards, -LiteralPath, -RunDir and files from the pipeline' {
        $null = Copy-SampleRun 'sets[1]'
        (Test-FactoryLedger -Path "$runs/*_ledger.jsonl").Status | Should -Be 'PASS'
        (Test-FactoryLedger -LiteralPath "$TestDrive/sets[1]/factory_ledger.jsonl").Status | Should -Be 'PASS'
        (Test-FactoryLedger -RunDir $run.RunDir).Status | Should -Be 'PASS'
        (Get-Item $ledger | Test-FactoryLedger).Status | Should -Be 'PASS'
    }

    It 'returns a ledger with one byte changed as BLOCKED, and then writes an error' {
        $copy = Copy-SampleRun 'one-byte'
        Set-OneByte "$copy/factory_ledger.jsonl" 900
        $finding = Test-FactoryLedger -Path "$copy/factory_ledger.jsonl" -ErrorVariable problems -ErrorAction SilentlyContinue
        $finding.Status | Should -Be 'BLOCKED'
        $finding.Reason | Should -Not -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryLedgerTampered,*'
        $problems[0].TargetObject | Should -Be $finding
        $problems[0].CategoryInfo.Category | Should -Be 'SecurityError'
        { Test-FactoryLedger -Path "$copy/factory_ledger.jsonl" -ErrorAction Stop } | Should -Throw -ErrorId 'FactoryLedgerTampered,*'
    }

    It 'holds the ledger against a head that was kept' {
        (Test-FactoryLedger -Path $ledger -Head "$($run.Ledger)").Status | Should -Be 'PASS'
        $longer = '{0} {1} {2}' -f $run.Ledger.Origin, 1000000, $run.Ledger.Root
        $finding = Test-FactoryLedger -Path $ledger -Head $longer -ErrorVariable problems -ErrorAction SilentlyContinue
        $finding.Reason | Should -Match 'lines were removed'
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryLedgerTampered,*'
        { Test-FactoryLedger -Path $ledger -Head 'nonsense' } | Should -Throw -ErrorId 'FactoryHeadInvalid,*'
    }

    It 'blocks where another key had to sign' {
        $finding = Test-FactoryLedger -Path $ledger -PublicKey $stranger.PublicKeyPath -ErrorVariable problems -ErrorAction SilentlyContinue
        $finding.Status | Should -Be 'BLOCKED'
        $finding.Checkpoint.Status | Should -Be 'OTHERKEY'
        $problems[0].ErrorDetails.RecommendedAction | Should -Match 'if the key was replaced, .* with -PublicKey'
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryLedgerTampered,*'
    }

    It 'refuses a public key that is none' {
        { Test-FactoryLedger -Path $ledger -PublicKey $stranger.Path } | Should -Throw -ErrorId 'FactoryPublicKeyUnusable,*'
        { Test-FactoryLedger -Path $ledger -PublicKey "$TestDrive/no-such.pem" } | Should -Throw -ErrorId 'FactoryPublicKeyUnusable,*'
    }

    It 'writes an error where there is no ledger' {
        Test-FactoryLedger -RunDir "$TestDrive/none/$($run.RunId)" -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryLedgerNotFound,*'
    }
}

Describe 'New-FactoryAttestation and Test-FactoryAttestation' {
    It 'finds a run by its id from the current location, by name and by position' {
        Push-Location $repository
        try {
            (New-FactoryAttestation -RunId $run.RunId).RunId | Should -Be $run.RunId
            (New-FactoryAttestation $run.RunId).RunId | Should -Be $run.RunId
        }
        finally { Pop-Location }
    }

    It 'pass a run on from one to the next' {
        $repository = New-SampleRepository "$TestDrive/pipeline"
        $result = Invoke-FactoryOneshot -Path $repository | New-FactoryAttestation | Test-FactoryAttestation
        $result | Should -BeOfType Factory.Core.Contracts.RunVerification
        $result.Status | Should -Be 'PASS'
        $result.Checks.Status | Sort-Object -Unique | Should -Be 'PASS'
        $result.Checks.Name | Should -Contain 'tree'
    }

    It 'sign with an encrypted key and its passphrase' {
        $secret = ConvertTo-SecureString 'a phrase' -AsPlainText
        $key = New-FactoryKey "$TestDrive/signer.pem" -Passphrase $secret
        $copy = Copy-SampleRun 'encrypted'
        $attestation = New-FactoryAttestation -RunDir "$copy/$($run.RunId)" -Key $key.Path -Passphrase $secret
        $attestation.KeyFingerprint | Should -Be $key.Fingerprint
        $attestation.Provenance | Should -Exist
        $attestation.Head.Origin | Should -Be $run.Ledger.Origin
        ($attestation | Test-FactoryAttestation -PublicKey $key.PublicKeyPath -Repository $repository).Status | Should -Be 'PASS'
        $unnamed = $attestation | Test-FactoryAttestation -Repository $repository -ErrorVariable problems -ErrorAction SilentlyContinue
        $unnamed.Status, $unnamed.Changed.Count | Should -Be 'BLOCKED', 0
        "$($problems[0])" | Should -Match "signed by key $($key.Fingerprint.Substring(0, 16))"

        $wrong = ConvertTo-SecureString 'another' -AsPlainText
        New-FactoryAttestation -RunDir "$copy/$($run.RunId)" -Key $key.Path -Passphrase $wrong -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryAttestationFailed,*'
        "$($problems[0])" | Should -Not -Match 'another'
    }

    It 'write nothing and make no key with -WhatIf' {
        $saved = $env:XDG_DATA_HOME
        $env:XDG_DATA_HOME = $env:LOCALAPPDATA = "$TestDrive/no-home"
        try {
            $before = Get-FolderState $runs
            Invoke-InJob { New-FactoryAttestation -RunDir $args[0] -WhatIf } $run.RunDir | Should -BeNullOrEmpty
            Get-FolderState $runs | Should -Be $before
            "$TestDrive/no-home" | Should -Not -Exist
        }
        finally { $env:XDG_DATA_HOME = $env:LOCALAPPDATA = $saved }
    }

    It 'name a <What> file' -ForEach @(
        @{ What = 'changed'; Damage = { Set-OneByte "$args/A_worker/DIFF.patch" 5 }; Member = 'Changed'; Name = 'A_worker/DIFF.patch' }
        @{ What = 'missing'; Damage = { Remove-Item "$args/A_worker/SUMMARY.md" }; Member = 'Missing'; Name = 'A_worker/SUMMARY.md' }
        @{ What = 'added'; Damage = { Set-SampleFile "$args/A_worker/extra.txt" 'x' }; Member = 'Added'; Name = 'A_worker/extra.txt' }
    ) {
        $folder = "$(Copy-SampleRun "damaged-$What")/$($run.RunId)"
        & $Damage $folder
        $result = Test-FactoryAttestation $folder -ErrorVariable problems -ErrorAction SilentlyContinue
        $result.Status | Should -Be 'BLOCKED'
        $result.ExitCode | Should -Be 2
        $result.$Member | Should -Be $Name
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryAttestationInvalid,*'
        $problems[0].TargetObject | Should -Be $result
        { Test-FactoryAttestation $folder -ErrorAction Stop } | Should -Throw -ErrorId 'FactoryAttestationInvalid,*'
    }

    It 'block where another key had to sign' {
        $result = Test-FactoryAttestation $run.RunDir -PublicKey $stranger.PublicKeyPath -ErrorVariable problems -ErrorAction SilentlyContinue
        $result.Status | Should -Be 'BLOCKED'
        $result.Changed | Should -BeNullOrEmpty
        "$($problems[0])" | Should -Match "is signed by key [0-9a-f]{16}\.\.\., which is not the key that was expected \($($stranger.Fingerprint.Substring(0, 16))"
        $problems[0].ErrorDetails.RecommendedAction | Should -Match 'if the key was replaced, .* with -PublicKey'
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryAttestationInvalid,*'
    }

    It 'leave a next step of the command line in its own words' {
        $copy = Copy-SampleRun 'unfinished'
        $folder = "$copy/$($run.RunId)"
        Set-Content "$folder/RUN_MANIFEST.json" ((Get-Content -Raw "$folder/RUN_MANIFEST.json") -replace '"PASS"', '"PENDING"') -NoNewline
        Remove-Item -Recurse "$folder/attestations"
        $null = Test-FactoryAttestation $folder -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].ErrorDetails.RecommendedAction | Should -Match "factory integrate --run-id $($run.RunId)"
    }

    It 'say what was not checked where no key is known, and require it on request' {
        $saved = $env:XDG_DATA_HOME
        $env:XDG_DATA_HOME = $env:LOCALAPPDATA = "$TestDrive/no-key"
        try {
            $result = Test-FactoryAttestation $run.RunDir
            $result.Status | Should -Be 'WARN'
            ($result.Checks | Where-Object Name -EQ signature).Status | Should -Be 'PENDING'
            { Test-FactoryAttestation $run.RunDir -RequireSignature } | Should -Throw -ErrorId 'FactoryPublicKeyUnusable,*'
        }
        finally { $env:XDG_DATA_HOME = $env:LOCALAPPDATA = $saved }
    }

    It 'stop at Select-Object -First' {
        $first = @(Get-FactoryRun -Path $repository | Test-FactoryAttestation | Select-Object -First 1)
        $first.RunId | Should -Be $other.RunId
    }

    It 'write an error where there is no run' {
        Test-FactoryAttestation "$TestDrive/none" -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryPathNotFound,*'
        Test-FactoryAttestation $ledger -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryRunNotFound,*'
    }
}

Describe 'The views of keys and verifications' {
    It 'show without an error' {
        $Error.Clear()
        $finding = Test-FactoryLedger -Path $ledger
        $finding | Out-String -Width 160 | Should -Match 'PASS +VERIFIED +\d+ +SIGNED'
        $finding | Format-List | Out-String -Width 160 | Should -Match 'Root +: [0-9a-f]{64}'
        $result = Test-FactoryAttestation $run.RunDir
        $result | Out-String -Width 160 | Should -Match "PASS .*$($run.RunId)"
        $result | Format-List | Out-String -Width 300 | Should -Match 'PASS +signature: signed by'
        $result.Checks | Out-String -Width 160 | Should -Match 'PASS +manifests'
        $stranger | Out-String -Width 200 | Should -Match 'Fingerprint +: [0-9a-f]{64}'
        Get-FactoryRun -Path $repository | Out-String -Width 160 | Should -Match 'WARN'
        $Error.Count | Should -Be 0
    }
}
