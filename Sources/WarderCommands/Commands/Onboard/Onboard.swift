internal import Agent
internal import ArgumentParser
internal import Glibc
internal import Keystore
internal import Resolver
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// `warder onboard`
struct Onboard: WarderCommand {
    static let configuration = CommandConfiguration(
        commandName: "onboard", abstract: "Set a provider or gateway up: its ids, its key, the default model.",
        discussion: """
            Asks in a terminal for what is needed and not said by an option. Then, and not before, the key and the gateway's token are stored,
            and the provider's table, the default model and the variables of the default profile are written into the settings. Running it
            again changes what is answered otherwise and keeps the rest.

            With --non-interactive nothing is asked. It takes the options that Fased, Genesis and OpenClaw have:

                warder onboard --non-interactive --mode local \\
                    --auth-choice cloudflare-ai-gateway-api-key \\
                    --cloudflare-ai-gateway-account-id ID \\
                    --cloudflare-ai-gateway-gateway-id ID \\
                    --cloudflare-ai-gateway-api-key-env VARIABLE

            A key comes by --PROVIDER-api-key-env VARIABLE or --PROVIDER-api-key-file PATH (- is standard input), else from the provider's
            own variable, else it is the one that is stored. --PROVIDER-api-key KEY is taken for the sake of scripts that have it: it is
            overwritten among the arguments at once, but not in the shell's history. PROVIDER is a name of the catalogue, such as openai.
            The token of an authenticated gateway comes by --cloudflare-ai-gateway-token in the same forms, else from CF_AIG_TOKEN.
            """.unwrapped)

    @OptionGroup var global: GlobalOptions

    @Flag(help: "Ask nothing.")
    var nonInteractive = false

    @Option(help: ArgumentHelp("Only local: the vault is on this machine.", valueName: "mode"))
    var mode = "local"

    @Option(help: ArgumentHelp("The provider, or its name and -api-key; apiKey is Anthropic.", valueName: "id"))
    var authChoice: String?

    @Option(
        name: [.customLong("account-id"), .customLong("cloudflare-ai-gateway-account-id")],
        help: ArgumentHelp("The Cloudflare account.", valueName: "id"))
    var accountID: String?

    @Option(
        name: [.customLong("gateway-id"), .customLong("cloudflare-ai-gateway-gateway-id")],
        help: ArgumentHelp("The gateway of that account.", valueName: "id"))
    var gatewayID: String?

    @Option(help: ArgumentHelp("How the gateway is addressed: a provider's slug, compat, universal or rest.", valueName: "route"))
    var route: String?

    @Option(help: ArgumentHelp("The region of a cloud provider.", valueName: "name"))
    var region: String?

    @Option(help: ArgumentHelp("The project at a cloud provider.", valueName: "name"))
    var project: String?

    @Option(help: ArgumentHelp("The resource at a cloud provider.", valueName: "name"))
    var resource: String?

    @Option(help: ArgumentHelp("The deployment of a resource.", valueName: "name"))
    var deployment: String?

    @Option(
        name: [.customLong("base-url"), .customLong("custom-base-url")],
        help: ArgumentHelp("An address that replaces the provider's own.", valueName: "url"))
    var baseURL: String?

    @Option(help: ArgumentHelp("How the provider's key comes through the gateway: request, stored or unified.", valueName: "way"))
    var providerKey: String?

    @Option(help: ArgumentHelp("The default model, PROVIDER/MODEL.", valueName: "model"))
    var model: String?

    // What other systems' scripts say, and what is so here anyway.
    @Flag(
        name: [
            .customLong("accept-risk"), .customLong("skip-health"), .customLong("skip-skills"), .customLong("skip-channels"),
            .customLong("skip-ui"), .customLong("skip-search"), .customLong("skip-daemon"), .customLong("no-install-daemon"),
        ], help: .hidden)
    var ignored: Int

    func run() throws {
        guard mode == "local" else { throw Failure(.invalid, "--mode takes local: Warder keeps its vault on this machine") }
        let session = try Session(options)
        var answers = try said(session)
        do { try run(session, &answers) } catch let missing as OnboardPlan.Missing {
            guard let chosen = answers.chosen else { throw missing }
            throw OnboardKeyInput(chosen: chosen, settings: session.settings, options: options).missing(isToken: missing.isToken)
        }
    }

    private func run(_ session: Session, _ answers: inout OnboardAnswers) throws {
        var systems: [WiredSystem] = []
        guard nonInteractive || Prompt.terminal() != nil else {
            throw Failure(.locked, "there is no terminal to ask at", hints: ["--non-interactive takes everything by options"])
        }
        let vault = try open(session, &answers)
        if nonInteractive {
            answers = completed(answers, session)
        } else {
            answers = try OnboardQuestions(session: session, vault: vault).complete(answers)
            // They are wired to the default model.
            if answers.model != nil || session.settings.defaults.model != nil { systems = try OnboardConsumers.offer(session) }
        }
        let plan = try OnboardPlan(answers, session, vault: vault)
        let done = try plan.apply()
        try OnboardReport(plan: plan, done: done, session: session, newKeyFile: answers.newKeyFile).print()
        if let chosen = answers.chosen { OnboardKeyInput(chosen: chosen, settings: session.settings, options: options).warnOfArguments() }
        if nonInteractive {
            if !options.json { OnboardConsumers.suggest(OnboardConsumers.found(session).map(\.system), options) }
        } else {
            try OnboardConsumers.wire(systems, options, vault: done.vault)
        }
    }

    /// The vault, unlocked before anybody types a value. Nil if there is none and one shall be made.
    private func open(_ session: Session, _ answers: inout OnboardAnswers) throws -> Vault<VaultKeys>? {
        guard unsafe access(session.vaultPath, F_OK) != 0, errno == ENOENT else { return try session.unlock() }
        let path: String? =
            switch KeySource.first(session.settings, session.directories) {
            case .environmentKeyFile(let path), .settingsKeyFile(let path): path
            case .terminal: session.directories.config + "/warder/key"
            case .passphraseDescriptor, .systemdCredential: nil
            }
        let none = Failure(
            .notFound, "\(session.vaultPath): there is no vault",
            hints: ["warder init --key-file \(path ?? session.directories.config + "/warder/key")"])
        // A vault that was here and is gone is nothing to be replaced in passing.
        guard !nonInteractive, !options.system, !session.hasAnchor, let path,
            try OnboardQuestions.confirm("There is no vault yet. Make one that opens with the key file \(path)?", default: true)
        else { throw none }
        answers.newKeyFile = path
        return nil
    }

    // MARK: Options

    /// What the options say.
    private func said(_ session: Session) throws -> OnboardAnswers {
        var answers = OnboardAnswers()
        if let choice = authChoice.flatMap({ $0.isEmpty ? nil : $0 }) {
            guard let chosen = OnboardProviders.named(choice, session.settings) else {
                throw Failure(
                    .invalid, "there is no such auth choice", hints: ["it is a provider's id; `warder provider list` shows them"])
            }
            answers.chosen = chosen
        }
        let said: [(ProviderSettings.Field, String, String?)] = [
            (.accountID, "account-id", accountID), (.gatewayID, "gateway-id", gatewayID), (.route, "route", route),
            (.baseURL, "base-url", baseURL), (.region, "region", region), (.project, "project", project), (.resource, "resource", resource),
            (.deployment, "deployment", deployment),
        ]
        for (field, name, value) in said {
            guard let value, !value.isEmpty else { continue }
            if let fault = OnboardShapes.fault(value, field) { throw Failure(.invalid, "--\(name): \(fault)") }
            answers.fields[field] = value
        }
        if let providerKey, !providerKey.isEmpty {
            guard let way = GatewaySettings.ProviderKey(rawValue: providerKey) else {
                throw Failure(.invalid, "--provider-key takes request, stored or unified")
            }
            answers.providerKey = way
        }
        guard let chosen = answers.chosen else {
            guard !nonInteractive else { throw Failure(.invalid, "--non-interactive needs --auth-choice ID") }
            guard OnboardArguments.keys.isEmpty else { throw Failure(.invalid, "an option for a key needs --auth-choice ID") }
            return answers
        }
        if let model, !model.isEmpty {
            guard !KeyLikeText.beginsAsIssued(model) else {
                throw Failure(.invalid, "--model: that looks like a key, and this is no place for one")
            }
            let route = answers.fields[.route] ?? session.settings.providers[chosen.name]?[.route]
            answers.model = OnboardModels.named(model, chosen, route: route, session.settings)
        }
        guard chosen.isGateway || (answers.providerKey == nil && answers.fields[.gatewayID] == nil && answers.fields[.route] == nil) else {
            throw Failure(.invalid, "--gateway-id, --route and --provider-key are for a gateway, and \(chosen.name) is none")
        }
        let places = (chosen.provider.addressFields ?? ProviderSettings.Field.allCases) + [.baseURL]
        guard chosen.isGateway || answers.fields.keys.allSatisfy(places.contains) else {
            throw Failure(.invalid, "the address of \(chosen.name) has no place for one of the ids that are given")
        }
        try takeKeys(chosen, session, &answers)
        return answers
    }

    private func takeKeys(_ chosen: OnboardAnswers.Chosen, _ session: Session, _ answers: inout OnboardAnswers) throws {
        let known = session.settings.providers[chosen.name]
        if nonInteractive { try requireFields(chosen, known, answers) }
        let input = OnboardKeyInput(chosen: chosen, settings: session.settings, options: options)
        answers.key = try input.given(isToken: false)
        answers.token = try input.given(isToken: true)
        let route = answers.fields[.route] ?? known?[.route] ?? "anthropic"
        let isSentKey =
            (answers.providerKey ?? known?.gateway?.providerKey ?? .request) == .request && !(chosen.isGateway && route == "rest")
        if nonInteractive {
            if answers.key == nil, isSentKey { answers.key = try input.ofEnvironment(isToken: false) }
            if answers.token == nil, chosen.isGateway { answers.token = try input.ofEnvironment(isToken: true) }
        }
        if let key = answers.key {
            guard !(chosen.isGateway && route == "rest") else {
                throw Failure(
                    .invalid, "the rest route takes the gateway's token, and no provider's key",
                    hints: ["Use --\(chosen.flag)-token; the gateway has the provider's key, or Cloudflare pays."])
            }
            guard answers.providerKey ?? .request == .request else {
                throw Failure(.invalid, "--provider-key \(providerKey ?? "stored") says that the gateway has the key, and one is given")
            }
            if chosen.isGateway, known?.gateway?.providerKey ?? .request != .request { answers.providerKey = .request }
            func field(_ field: ProviderSettings.Field) -> String? {
                answers.fields[field] ?? known?[field] ?? (field == .route ? route : nil)
            }
            if let fault = OnboardShapes.fault(key: key, chosen, field) { throw Failure(exitCode: Failure.refused, fault) }
        }
        if let token = answers.token {
            if let fault = OnboardShapes.fault(token: token) { throw Failure(exitCode: Failure.refused, fault) }
            answers.isAuthenticated = true
        }
    }

    private func requireFields(_ chosen: OnboardAnswers.Chosen, _ known: ProviderSettings?, _ answers: OnboardAnswers) throws {
        func field(_ field: ProviderSettings.Field) -> String? { answers.fields[field] ?? known?[field] }
        let needed = chosen.neededFields(field)
        guard needed.contains(where: { field($0) == nil }) else { return }
        let prefix = chosen.isGateway ? "--\(chosen.flag)-" : "--"
        let options = needed.map { field in
            (field == .accountID || field == .gatewayID ? prefix : "--") + field.rawValue.replacing("_", with: "-")
        }
        throw Failure(
            .invalid,
            "Auth choice \"\(chosen.flag)-api-key\" requires \(needed.map(\.title).joined(separator: " and ")).",
            hints: ["Use \(options.joined(separator: " and "))."])
    }

    /// The answers of options with what is usual where they are silent.
    private func completed(_ answers: OnboardAnswers, _ session: Session) -> OnboardAnswers {
        var answers = answers
        guard let chosen = answers.chosen else { return answers }
        let known = session.settings.providers[chosen.name]
        if chosen.isGateway, answers.fields[.route] == nil, known?[.route] == nil { answers.fields[.route] = "anthropic" }
        if answers.model == nil, session.settings.defaults.model == nil {
            answers.model = OnboardModels.usual(chosen, route: answers.fields[.route] ?? known?[.route])
        }
        return answers
    }
}
