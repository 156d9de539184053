internal import ArgumentParser

/// The command.
struct Warder: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warder",
        abstract: "Keeps provider and gateway keys encrypted, and hands them to scripts, daemons and requests.",
        discussion: """
                warder init                     make a vault
                warder set ANTHROPIC_API_KEY    store a key: asks, or reads a pipe
                warder run -- ./script          run a script that has the keys
                warder onboard                  set a provider or gateway up

            Values are never arguments (`onboard` alone takes one, for scripts that have it); `get`, `export`, `resolve` and `credential`
            alone print them.
            Files, variables and exit codes: man 7 warder.
            """.unwrapped,
        version: "warder 0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Vault",
                subcommands: [
                    Init.self, Status.self, Doctor.self, SlotGroup.self, Verify.self, BackupVault.self, RestoreVault.self, AuditGroup.self,
                ]),
            CommandGroup(name: "Session", subcommands: [Unlock.self, Lock.self, AgentCommand.self]),
            CommandGroup(
                name: "Secrets",
                subcommands: [
                    SetSecret.self, Get.self, List.self, Show.self, Remove.self, Rename.self, History.self, Rollback.self, Purge.self,
                ]),
            CommandGroup(
                name: "Environments", subcommands: [Run.self, Check.self, Allow.self, ExportEnvironment.self, ImportSecrets.self]),
            CommandGroup(
                name: "Providers",
                subcommands: [
                    Onboard.self, ProviderGroup.self, ModelsGroup.self, Resolve.self, Wire.self, CredentialGroup.self, ServeGroup.self,
                    Ask.self,
                ]),
            CommandGroup(name: "Consumers", subcommands: [ConsumerGroup.self, Apply.self, Where.self]),
        ])
}
