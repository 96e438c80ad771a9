param([Parameter(Mandatory)] [string] $ModulePath)

BeforeDiscovery {
    $manifest = Import-PowerShellDataFile "$ModulePath/Factory.psd1"
    Import-Module "$ModulePath/Factory.psd1" -Force
    $common = [System.Management.Automation.PSCmdlet]::CommonParameters
    $cmdlets = Get-Command -Module Factory | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
    $parameters = foreach ($cmdlet in $cmdlets) {
        $cmdlet.Command.Parameters.Keys | Where-Object { $_ -notin $common } | ForEach-Object { @{ Name = $cmdlet.Name; Parameter = $_ } }
    }
}

BeforeAll {
    $root = (Resolve-Path "$PSScriptRoot/../..").ProviderPath
    $manifest = Import-PowerShellDataFile "$ModulePath/Factory.psd1"
    Import-Module "$ModulePath/Factory.psd1" -Force
}

Describe 'The manifest' {
    It 'is valid' {
        Test-ModuleManifest "$ModulePath/Factory.psd1" | Should -Not -BeNullOrEmpty
    }

    It 'has the version of the build' {
        $manifest.ModuleVersion | Should -Be ([xml](Get-Content -Raw "$root/Directory.Build.props")).Project.PropertyGroup.Version
    }

    It 'exports exactly what it lists' {
        (Get-Command -Module Factory).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        (Get-Command -Module Factory).CommandType | Sort-Object -Unique | Should -Be 'Cmdlet'
    }

    It 'still exports it after another import with -Force' {
        Import-Module "$ModulePath/Factory.psd1" -Force
        Import-Module "$ModulePath/Factory.psd1" -Force
        (Get-Command -Module Factory).Name | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }

    It 'brings no assembly of PowerShell itself' {
        Get-ChildItem $ModulePath -Recurse -Filter System.Management.Automation* | Should -BeNullOrEmpty
    }

    It 'imports without a word in a new process' {
        pwsh -NoProfile -Command "Import-Module '$ModulePath/Factory.psd1' *>&1; (Get-Command -Module Factory).Count" | Should -Be $manifest.CmdletsToExport.Count
    }
}

Describe 'The help of <Name>' -ForEach $cmdlets {
    BeforeAll { $help = Get-Help $Name -Full }

    It 'has a synopsis' { $help.Synopsis | Should -Not -BeNullOrEmpty; $help.Synopsis | Should -Not -Match '\[' }
    It 'has a description' { $help.Description.Text | Should -Not -BeNullOrEmpty }
    It 'has an example with code and words' {
        $help.Examples.Example | Should -Not -BeNullOrEmpty
        foreach ($example in $help.Examples.Example) { ($example | Out-String).Trim() | Should -Match $Name }
    }
    It 'leaves no placeholder' { ($help | Out-String) | Should -Not -Match '\{\{|Fill in' }
    It 'says what it returns' { $Command.OutputType.Name | Should -Not -BeNullOrEmpty }
}

Describe 'The help of <Name> -<Parameter>' -ForEach $parameters {
    It 'describes it' { (Get-Help $Name -Parameter $Parameter).Description.Text | Should -Not -BeNullOrEmpty }
}

Describe 'The help file' {
    It 'is made from docs/cmdlets as they are' {
        $text = Get-Content -Raw "$root/module/en-US/Factory.PowerShell.dll-Help.xml"
        # What platyPS writes by itself - headings, metadata, syntax - is in another form there.
        $generated = '^(?:#|```|---|[A-Za-z ]+:|- |  |$|\[|This cmdlet supports|-InformationAction|-ProgressAction)|\[-|<string'
        $words = (Select-String -Path "$root/docs/cmdlets/*.md" -Pattern $generated -NotMatch).Line
        $missing = $words | Where-Object { -not $text.Contains($_.Replace('&', '&amp;').Replace('<', '&lt;').Replace('>', '&gt;')) }
        $words.Count | Should -BeGreaterThan 100
        $missing | Should -BeNullOrEmpty -Because './build.ps1 -Task Help makes it anew'
    }
}

Describe 'The topic about_Factory' {
    It 'names every error id' {
        $ids = Select-String -Path "$root/src/Factory.PowerShell/Errors/ErrorCatalog.cs" -Pattern 'public static ErrorRecord (\w+)\(' | ForEach-Object { 'Factory' + $_.Matches[0].Groups[1].Value }
        $topic = Get-Content -Raw "$ModulePath/en-US/about_Factory.help.txt"
        $ids | Should -Not -BeNullOrEmpty
        $ids | Where-Object { $topic -notmatch "\b$_\b" } | Should -BeNullOrEmpty
    }
}

Describe 'The views' {
    It 'name only properties that exist' {
        $views = ([xml](Get-Content -Raw "$ModulePath/Factory.Format.ps1xml")).SelectNodes('//View')
        $views.Count | Should -BeGreaterThan 6
        foreach ($view in $views) {
            $type = $view.ViewSelectedBy.TypeName -as [type]
            $type | Should -Not -BeNullOrEmpty -Because $view.ViewSelectedBy.TypeName
            foreach ($property in $view.SelectNodes('.//PropertyName').InnerText) { $type.GetProperty($property) | Should -Not -BeNullOrEmpty -Because "$type.$property" }
        }
    }
}

Describe 'The scripts' {
    It 'are clean for PSScriptAnalyzer' -Skip:(-not (Get-Module -ListAvailable PSScriptAnalyzer)) {
        $findings = foreach ($path in "$root/build.ps1", "$root/samples/demo.ps1", "$root/module", "$root/tests/Factory.Module.Tests/run.ps1") {
            Invoke-ScriptAnalyzer -Path $path -Recurse -Severity Error, Warning
        }
        $findings | ForEach-Object { "$($_.ScriptName):$($_.Line) $($_.RuleName)" } | Should -BeNullOrEmpty
    }
}
