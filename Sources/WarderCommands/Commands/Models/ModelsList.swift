internal import ArgumentParser
internal import Keystore
internal import Resolver
internal import Settings

/// `warder models`
struct ModelsGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Show which models can be asked for.", subcommands: [ModelsList.self])
}

/// `warder models list`
struct ModelsList: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the models that can be asked for, and where the key for each is.",
        discussion: """
            Pinned models by name, and PROVIDER/… for all that a provider has: of the providers in warder.toml, and of every other one that
            there is a key for. No value is read, no program run, nobody asked: a key that is there may still be refused.
            """.unwrapped, aliases: ["ls"])

    @OptionGroup var global: GlobalOptions

    @Option(help: ArgumentHelp("Only the models of this provider.", valueName: "id"))
    var provider: String?

    @Flag(help: "Ask the providers themselves, through the proxy.")
    var live = false

    func run() throws {
        if live { try NetworkProgram.become(["models"] + global.arguments + (provider.map { [$0] } ?? [])) }
        let session = try Session(options)
        let names = try session.secretNames()
        let models: [SurveyedModel]
        do {
            models = try session.resolver().survey(secrets: names, of: provider)
        } catch let error as ResolverError where error.code == .notFound {
            throw Failure(.notFound, "there is no such provider", hints: ["`warder provider list` shows them"])
        }
        if options.json {
            try Console.write(JSON.answer([("models", .array(models.map(Self.json)))]).line)
            return
        }
        if models.isEmpty {
            options.inform("no provider is configured, and there is no key for one (`warder set anthropic/api-key`)")
            return
        }
        var table = Table(["MODEL", "STYLE", "BASE URL", "KEY"])
        for model in models {
            table.add([
                "\(model.provider)/\(model.model ?? "…")", model.style?.rawValue ?? "-", model.baseURL ?? "-", Self.text(model.key),
            ])
        }
        try Console.write(table.text(width: Console.width))
    }

    private static func text(_ key: SurveyedModel.Key) -> String {
        switch key {
        case .present(let source): source
        case .missing(let source): "missing: \(source)"
        case .unneeded: "none needed"
        case .invalid(let reason): "cannot be asked: \(reason)"
        }
    }

    private static func json(_ model: SurveyedModel) -> JSON {
        let (state, source): (String, String?) =
            switch model.key {
            case .present(let source): ("present", source)
            case .missing(let source): ("missing", source)
            case .unneeded: ("unneeded", nil)
            case .invalid(let reason): ("invalid", reason)
            }
        return .object([
            ("provider", .string(model.provider)), ("model", .text(model.model)), ("style", .text(model.style?.rawValue)),
            ("base_url", .text(model.baseURL)), ("key", .string(state)), ("from", .text(source)),
        ])
    }
}
