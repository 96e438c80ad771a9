@{
    RootModule           = 'Factory.PowerShell.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = 'cdd0e6bf-7809-4043-a53d-ba28173d4966'
    Author               = 'Factory contributors'
    CompanyName          = 'Factory'
    Copyright            = 'Copyright (c) 2026 Factory contributors'
    Description          = 'Runs many coding agents, codemods and scripts in parallel against one git repository, each in its own worktree and scope, and turns what they did into one branch that can be trusted.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('Factory.Format.ps1xml')
    CmdletsToExport      = @(
        'Get-FactoryLedger'
        'Get-FactoryRun'
        'Invoke-FactoryOneshot'
        'New-FactoryAttestation'
        'New-FactoryConfig'
        'New-FactoryKey'
        'Test-FactoryAttestation'
        'Test-FactoryDoctor'
        'Test-FactoryLedger'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('git', 'agents', 'worktree', 'automation', 'integration', 'ledger', 'attestation', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'The first release: oneshot runs, the ledger, the doctor and attestations.'
        }
    }
}
