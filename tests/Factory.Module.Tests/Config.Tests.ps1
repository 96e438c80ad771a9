param([Parameter(Mandatory)] [string] $ModulePath)

BeforeAll {
    . "$PSScriptRoot/SampleRepository.ps1"
    Import-Module "$ModulePath/Factory.psd1" -Force
}

Describe 'New-FactoryConfig' {
    BeforeEach {
        $repository = "$TestDrive/$(New-Guid)"
        git init -q $repository
        git -C $repository -c user.name=a -c user.email=a@example.invalid commit -q --allow-empty -m first
    }

    It 'writes a configuration that a dry run accepts' {
        $file = New-FactoryConfig -Path $repository
        $file | Should -BeOfType System.IO.FileInfo
        $file.FullName | Should -Be (Join-Path (Resolve-Path $repository) 'factory.config.json')
        (Invoke-FactoryOneshot -Path $repository -DryRun -WarningAction Ignore).Status | Should -Be 'WARN'
    }

    It 'writes into the root from a folder below it, and where -ConfigPath says' {
        $below = New-Item -ItemType Directory "$repository/a/b"
        ($below | New-FactoryConfig).DirectoryName | Should -Be (Resolve-Path $repository).ProviderPath
        (New-FactoryConfig -Path $repository -ConfigPath "$repository/a/other.json").Name | Should -Be 'other.json'
    }

    It 'overwrites nothing' {
        Set-Content "$repository/factory.config.json" 'mine'
        New-FactoryConfig -Path $repository -ErrorVariable problems -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'FactoryConfigNotMade,*'
        Get-Content "$repository/factory.config.json" | Should -Be 'mine'
    }

    It 'names the file that is there already, and does not say that it would write it' {
        Set-Content "$repository/factory.config.json" 'mine'
        foreach ($whatIf in $false, $true) {
            $said = New-FactoryConfig -Path $repository -WhatIf:$whatIf -ErrorVariable problems -ErrorAction SilentlyContinue 6>&1
            $said | Should -BeNullOrEmpty
            "$($problems[0])" | Should -Match "$([regex]::Escape((Join-Path (Resolve-Path $repository) 'factory.config.json'))).*exists already"
        }
    }

    It 'writes nothing with -WhatIf' {
        New-FactoryConfig -Path $repository -WhatIf | Should -BeNullOrEmpty
        "$repository/factory.config.json" | Should -Not -Exist
    }

    It 'is asked for in the repository that has no configuration' {
        $another = New-SampleRepository "$TestDrive/$(New-Guid)"
        Invoke-FactoryOneshot -Path $another, $repository -DryRun -ErrorVariable problems -ErrorAction SilentlyContinue -WarningAction Ignore | Out-Null
        @($problems).Count | Should -Be 1
        "$($problems[0])" | Should -Match "there is no configuration file factory.config.json in $([regex]::Escape((Resolve-Path $repository)))"
    }

    It 'is what a run without a configuration names as the next step' {
        Invoke-FactoryOneshot -Path $repository -ErrorVariable problems -ErrorAction SilentlyContinue | Out-Null
        $problems[0].ErrorDetails.RecommendedAction | Should -Match 'New-FactoryConfig'
        $problems[0].ErrorDetails.RecommendedAction | Should -Not -Match 'factory init'
    }
}
