internal import ArgumentParser
internal import Resolver
internal import Settings

/// `warder provider list`
struct ProviderList: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the providers of the catalogue and of the settings.", aliases: ["ls"])

    @OptionGroup var global: GlobalOptions

    func run() throws {
        let settings = try Session(options).settings
        let catalogue = Catalogue.standard
        // What the settings call otherwise, or alone know.
        let own = settings.providers.filter { catalogue.provider($0.key)?.id != $0.key }.sorted { $0.key < $1.key }
        if options.json {
            let rows = catalogue.providers.map { provider in
                JSON.object(ProviderText.fields(provider) + [("configured", .bool(settings.providers[provider.id] != nil))])
            }
            let others = own.map { name, table in
                JSON.object([("name", .string(name)), ("kind", .text(catalogue.provider(table[.kind] ?? name)?.id))])
            }
            try Console.write(JSON.answer([("providers", .array(rows)), ("settings", .array(others))]).line)
            return
        }
        var table = Table(["PROVIDER", "NAME", "STYLE", "KEY", "BASE URL"])
        for (name, settings) in own {
            let kind = catalogue.provider(settings[.kind] ?? name)
            table.add([
                name, kind?.name ?? "-", settings[.style] ?? kind?.style.rawValue ?? "openai-chat", "-",
                settings[.baseURL].map(address) ?? kind?.baseURL ?? "-",
            ])
        }
        for provider in catalogue.providers {
            table.add([
                provider.id, provider.name, provider.style.rawValue,
                provider.keyVariables.first ?? provider.oauthVariables.first ?? "-",
                settings.providers[provider.id]?[.baseURL].map(address) ?? provider.baseURL ?? "-",
            ])
        }
        try Console.write(table.text(width: Console.width))
    }

    /// An address of the settings, unless it has a user or a query, which no address of a provider has and which could be a key.
    private func address(_ url: String) -> String {
        url.utf8.contains { "@?#".utf8.contains($0) } ? "not valid" : url
    }
}
