param([Parameter(Mandatory)] [string] $ModulePath)

BeforeAll {
    . "$PSScriptRoot/SampleRepository.ps1"
    Import-Module "$ModulePath/Factory.psd1" -Force
    $repository = New-SampleRepository "$TestDrive/repository"
}

Describe 'Test-FactoryDoctor' {
    It 'writes one typed finding for each thing it looks at' {
        $findings = Test-FactoryDoctor -Path $repository
        $findings | Should -BeOfType Factory.Core.Diagnostics.DoctorFinding
        $findings.Name | Should -Contain 'git'
        $findings | Where-Object Status -In 'BLOCKED', 'FAIL', 'PENDING' | Should -BeNullOrEmpty
    }

    It 'changes nothing' {
        $before = Get-FolderState $repository
        $null = Test-FactoryDoctor -LiteralPath $repository
        Get-FolderState $repository | Should -Be $before
    }

    It 'says what is wrong and what to do' {
        $null = New-Item -ItemType Directory "$TestDrive/plain"
        $finding = Test-FactoryDoctor -Path "$TestDrive/plain" | Where-Object Name -EQ 'repository'
        $finding.Status | Should -Be 'BLOCKED'
        $finding.NextAction | Should -Not -BeNullOrEmpty
    }

    It 'names the cmdlet that is the next step' {
        $bare = New-SampleRepository "$TestDrive/bare"
        Remove-Item "$bare/factory.config.json"
        (Test-FactoryDoctor -Path $bare | Where-Object Name -EQ 'config').NextAction | Should -Match 'New-FactoryConfig'
        (Test-FactoryDoctor -Path $bare -ConfigPath "$bare/nope.json" | Where-Object Name -EQ 'config').NextAction | Should -Match 'New-FactoryConfig -ConfigPath .*nope.json'
    }

    It 'stops at Select-Object -First' {
        @(Test-FactoryDoctor -Path $repository | Select-Object -First 1).Count | Should -Be 1
    }

    It 'writes an error for a path that names nothing' {
        Test-FactoryDoctor -Path "$TestDrive/nothing" -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryPathNotFound,*'
    }
}
