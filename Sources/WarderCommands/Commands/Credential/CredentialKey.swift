internal import ArgumentParser
internal import Keystore
internal import Resolver
internal import SodiumCrypto

/// `warder credential claude`
///
/// Source: https://code.claude.com/docs/en/settings, `apiKeyHelper`: what it prints goes into `Authorization: Bearer` and `X-Api-Key`.
struct CredentialClaude: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "claude", abstract: "Print a key for Claude Code's apiKeyHelper.", discussion: CredentialKey.discussion)

    @OptionGroup var global: GlobalOptions

    @Argument(help: "PROVIDER, or PROVIDER/MODEL.")
    var model = "anthropic"

    func run() throws { try CredentialKey.print(model, options) }
}

/// `warder credential codex`
///
/// Source: openai/codex, config `model_providers.NAME.auth`: the program prints a bearer token.
struct CredentialCodex: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "codex", abstract: "Print a key for the auth command of Codex.", discussion: CredentialKey.discussion)

    @OptionGroup var global: GlobalOptions

    @Argument(help: "PROVIDER, or PROVIDER/MODEL.")
    var model = "openai"

    func run() throws { try CredentialKey.print(model, options) }
}

/// What both print: the key alone, and a line feed.
enum CredentialKey {
    static let discussion = "The key that `warder resolve` would put into a request to that provider, with all its checks."

    static func print(_ model: String, _ options: CommonOptions) throws {
        let name = model.contains("/") ? model : "\(model)/\(anyModel)"
        let resolution = try Session(options).resolver(mayPrompt: false).resolve(name)
        guard let key = try resolution.bareKey() else {
            throw Failure(.notFound, "requests to \(resolution.provider) have no key of their own")
        }
        try key.bytes.withBytes { try Console.write($0) }
        try Console.write("\n")
    }

    /// The key is the same for every model, unless the model says who answers.
    private static let anyModel = "any"
}
