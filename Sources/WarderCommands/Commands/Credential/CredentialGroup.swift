internal import ArgumentParser

/// `warder credential`
struct CredentialGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credential", abstract: "Answer programs that ask a helper for their keys.",
        discussion: """
            Each speaks the protocol of the program that calls it. None asks for a passphrase: with a vault that a key file opens they answer
            at once, also in an empty environment.
            """.unwrapped, subcommands: [CredentialOpenClaw.self, CredentialClaude.self, CredentialCodex.self])
}
