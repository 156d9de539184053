internal import ArgumentParser
internal import Keystore
internal import Resolver
internal import Settings

/// `warder provider show`
struct ProviderShow: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say where a provider is, how it is spoken to, and what each system calls its key.",
        discussion: "A fact marked with ? is one that nobody has confirmed.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The provider: an id or another name of it.")
    var name: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("Whose names come first: loong's minimax is another than docker-agent's.", valueName: "system"),
        completion: .list(Provider.System.allCases.map(\.rawValue)))
    var system: String?

    func run() throws {
        let known = try system.map { text in
            // OpenClaw is what Fased comes from.
            guard let system = Provider.System(rawValue: text == "openclaw" ? "fased" : text) else {
                throw Failure(
                    .invalid, "there is no such system",
                    hints: ["the systems are \(Provider.System.allCases.map(\.rawValue).joined(separator: ", "))"])
            }
            return system
        }
        let settings = try Session(options).settings
        let catalogue = Catalogue.standard
        guard let provider = catalogue.provider(settings.providers[name]?[.kind] ?? name, of: known) else {
            guard let own = settings.providers[name] else {
                throw Failure(.notFound, "there is no such provider", hints: ["`warder provider list` shows them"])
            }
            return try show(own)
        }
        let own = settings.providers[name] ?? settings.providers[provider.id]
        let isGateway = provider.id == Catalogue.gateway
        let upstreams = isGateway ? catalogue.providers.filter { $0.upstream != nil } : []
        if options.json {
            let slugs = upstreams.map { JSON.object([("provider", .string($0.id))] + ProviderText.upstreamFields($0)) }
            try Console.write(
                JSON.answer(
                    ProviderText.fields(provider) + ProviderText.ownFields(own) + (isGateway ? [("slugs", .array(slugs))] : [])
                ).line)
            return
        }
        var lines = ProviderText.lines(provider)
        for upstream in upstreams {
            guard let native = upstream.upstream else { continue }
            lines.append(ProviderText.line("route", "\(native.slug): …/\(native.slug)\(native.path ?? "/…"), \(upstream.id)"))
        }
        if isGateway {
            lines.append(
                ProviderText.line("route", "compat: …/compat/chat/completions, model SLUG/MODEL, custom-SLUG/MODEL or dynamic/ROUTE"))
            lines.append(ProviderText.line("route", "custom-SLUG: …/custom-SLUG/…, a provider of your own"))
            lines.append(ProviderText.line("route", "universal: …, steps in the body"))
            lines.append(
                ProviderText.line("route", "rest: https://api.cloudflare.com/client/v4/accounts/<account_id>/ai/…, without provider keys"))
        }
        lines += own.map(ProviderText.lines) ?? []
        try Console.write(lines.joined(separator: "\n") + "\n")
    }

    /// A provider that only the settings know.
    private func show(_ own: ProviderSettings) throws {
        if options.json {
            try Console.write(JSON.answer([("id", .string(name)), ("name", .null)] + ProviderText.ownFields(own)).line)
        } else {
            try Console.write(([ProviderText.line("provider", name)] + ProviderText.lines(own)).joined(separator: "\n") + "\n")
        }
    }
}
