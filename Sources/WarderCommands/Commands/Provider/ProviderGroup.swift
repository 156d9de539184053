internal import ArgumentParser

/// `warder provider`
struct ProviderGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider", abstract: "Show the providers and gateways that Warder knows.",
        discussion: """
            The catalogue says where a provider is, how it is spoken to, and what its key is called by each of five systems. [provider.NAME] in
            warder.toml adds what is yours: account, gateway, keys, headers.
            """.unwrapped, subcommands: [ProviderList.self, ProviderShow.self])
}
