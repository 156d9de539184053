internal import Agent
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import Resolver
internal import Settings
internal import SodiumCrypto

/// The conversation at the terminal. Nothing is written while it lasts.
struct OnboardQuestions {
    let session: Session
    let vault: Vault<VaultKeys>?

    /// Asks for everything that the answers do not have yet.
    func complete(_ answers: OnboardAnswers) throws -> OnboardAnswers {
        var answers = answers
        let chosen = try answers.chosen ?? provider()
        answers.chosen = chosen
        func known(_ field: ProviderSettings.Field) -> String? { answers.fields[field] ?? table(chosen)[field] }
        var asked: [ProviderSettings.Field] = []
        func askFields() throws {
            for field in chosen.neededFields(known) where answers.fields[field] == nil && !asked.contains(field) {
                answers.fields[field] = try ask(field, chosen)
                asked.append(field)
            }
        }
        if table(chosen)[.baseURL] != nil, answers.fields[.baseURL] == nil { answers.fields[.baseURL] = try ask(.baseURL, chosen) }
        try askFields()
        if chosen.isGateway {
            if answers.fields[.route] == nil { answers.fields[.route] = try ask(.route, chosen) }
            try askFields()
            if answers.fields[.route] != "rest" { try askKey(chosen, &answers) }
            try askToken(chosen, isNeeded: answers.fields[.route] == "rest", &answers)
        } else {
            try askKey(chosen, &answers)
        }
        if answers.model == nil { try askModel(chosen, &answers) }
        return answers
    }

    private func table(_ chosen: OnboardAnswers.Chosen) -> ProviderSettings { session.settings.providers[chosen.name] ?? .none }

    // MARK: One answer

    /// Asks until the answer is one that `fault` finds nothing wrong with. An empty answer is the default.
    private func ask(_ question: String, default standard: String?, fault: (String) throws -> String?) throws -> String {
        while true {
            let answer = try Prompt.line(standard.map { $0.isEmpty ? question : "\(question) [\($0)]" } ?? question)
            if answer.isEmpty, let standard { return standard }
            guard let fault = try answer.isEmpty ? "there is nothing to take instead of an answer" : fault(answer) else { return answer }
            Self.tell(fault)
        }
    }

    private static func tell(_ text: String) {
        if let terminal = Prompt.terminal() { Prompt.show("  \(text)\n", on: terminal.number) }
    }

    /// Asks a question that is answered with y or n; an empty answer is the default.
    static func confirm(_ question: String, default standard: Bool) throws -> Bool {
        while true {
            switch try Prompt.line("\(question) [\(standard ? "Y/n" : "y/N")]").lowercased() {
            case "": return standard
            case "y", "yes": return true
            case "n", "no": return false
            default: Self.tell("y or n")
            }
        }
    }

    // MARK: The provider

    private func provider() throws -> OnboardAnswers.Chosen {
        let answer = try ask("Provider", default: OnboardProviders.usual(session.settings)) { answer in
            OnboardProviders.named(answer, session.settings) == nil ? "there is no such provider: `warder provider list` shows them" : nil
        }
        guard let chosen = OnboardProviders.named(answer, session.settings) else { throw Failure(.invalid, "which provider?") }
        return chosen
    }

    private func ask(_ field: ProviderSettings.Field, _ chosen: OnboardAnswers.Chosen) throws -> String {
        let known = table(chosen)[field] ?? (field == .route ? "anthropic" : nil)
        return try ask(field.question, default: known) { OnboardShapes.fault($0, field) }
    }

    // MARK: The keys

    private func askKey(_ chosen: OnboardAnswers.Chosen, _ answers: inout OnboardAnswers) throws {
        guard answers.key == nil, answers.providerKey ?? .request == .request else { return }
        let owner =
            chosen.isGateway
            ? answers.fields[.route].flatMap { Catalogue.standard.upstream(slug: $0)?.name } ?? "the provider" : chosen.provider.name
        let kept = try isStored(chosen, answers)
        let known = table(chosen).gateway?.providerKey ?? .request
        let standard = kept ? "Enter keeps the one there is" : known != .request ? "Enter: it stays \(known.rawValue)" : nil
        let isOptional = !chosen.isGateway && (chosen.provider.keyIsOptional || chosen.provider.chatPath == nil)
        while true {
            let hint = standard ?? (isOptional ? "Enter: none" : chosen.isGateway ? "Enter: the gateway has it" : nil)
            let fields = answers.fields
            let key = try secret("Key of \(owner)\(hint.map { " (\($0))" } ?? "")") { key in
                OnboardShapes.fault(key: key, chosen) { fields[$0] ?? table(chosen)[$0] }
            }
            if let key {
                answers.key = key
                if chosen.isGateway, known != .request { answers.providerKey = .request }
                return
            }
            if standard != nil || isOptional { return }
            guard chosen.isGateway else {
                Self.tell("there is no key yet")
                continue
            }
            let way = try ask("How does the gateway come to it: request, stored or unified", default: "stored") { answer in
                GatewaySettings.ProviderKey(rawValue: answer) == nil ? "request, stored or unified" : nil
            }
            guard let way = GatewaySettings.ProviderKey(rawValue: way), way != .request else { continue }
            answers.providerKey = way
            return
        }
    }

    /// Whether the provider has a key without a new one.
    private func isStored(_ chosen: OnboardAnswers.Chosen, _ answers: OnboardAnswers) throws -> Bool {
        if chosen.provider.keyIsOptional {
            return try vault?.list().contains { $0.name.description == "\(chosen.name)/api-key" } ?? false
        }
        var probe = answers
        probe.model = nil
        probe.isAuthenticated = chosen.isGateway ? false : nil
        do { _ = try OnboardPlan(probe, session, vault: vault) } catch is OnboardPlan.Missing {
            return false
        } catch let error as ResolverError where error.code == .refused {
            // The one there is cannot be used as the other answers are.
            Self.tell(error.description)
            return false
        } catch { return true }
        return true
    }

    private func askToken(_ chosen: OnboardAnswers.Chosen, isNeeded: Bool, _ answers: inout OnboardAnswers) throws {
        let gateway = table(chosen).gateway ?? .none
        let names = try Set(vault?.list().map(\.name.description) ?? [])
        let kept = gateway.token != nil || names.contains("\(chosen.name)/token") || names.contains("CF_AIG_TOKEN")
        if answers.token == nil, answers.isAuthenticated == nil {
            let standard = isNeeded || gateway.isAuthenticated ?? kept
            answers.isAuthenticated =
                try isNeeded || Self.confirm("Is the gateway authenticated, so that it wants a token?", default: standard)
        }
        guard answers.token == nil, answers.isAuthenticated == true else { return }
        while answers.token == nil {
            answers.token = try secret("Token of the gateway\(kept ? " (Enter keeps the one there is)" : "")", OnboardShapes.fault(token:))
            if answers.token == nil, kept { return }
            if answers.token == nil { Self.tell("there is no token yet") }
        }
    }

    /// A value that is not shown; nil for an empty one.
    private func secret(_ question: String, _ fault: (SecretValue) -> String?) throws -> SecretValue? {
        while true {
            let value = try OnboardShapes.trimmed(Prompt.hidden(question, maximum: 4095, hints: ["--non-interactive takes it by options"]))
            if value.count == 0 { return nil }
            guard let fault = fault(value) else { return value }
            Self.tell(fault)
        }
    }

    // MARK: The model

    private func askModel(_ chosen: OnboardAnswers.Chosen, _ answers: inout OnboardAnswers) throws {
        let route = answers.fields[.route] ?? table(chosen)[.route]
        func fault(_ model: String?) throws -> String? {
            var probe = answers
            probe.model = model.map { OnboardModels.named($0, chosen, route: route, session.settings) }
            do { _ = try OnboardPlan(probe, session, vault: vault) } catch let error as ResolverError
                where error.code != .refused || model != nil
            {
                return error.description
            } catch let error as Failure where model == nil || error.code == Failure.settingsInvalid {
                return error.message
            }
            return nil
        }
        // The default so far may be one that the new route does not have.
        let known = try session.settings.defaults.model.flatMap { model in try fault(nil) == nil ? model : nil }
        let usual = known ?? OnboardModels.usual(chosen, route: route)
        let isNeeded = known == nil && session.settings.defaults.model != nil
        let question = "Default model\(usual == nil && !isNeeded ? " (Enter: none)" : "")"
        let answer = try ask(question, default: isNeeded ? usual : usual ?? "", fault: fault)
        if !answer.isEmpty, answer != known { answers.model = OnboardModels.named(answer, chosen, route: route, session.settings) }
    }
}

/// Default models.
enum OnboardModels {
    /// The model that is suggested for a provider.
    static func usual(_ chosen: OnboardAnswers.Chosen, route: String?) -> String? {
        chosen.isGateway && route == "anthropic" ? "\(chosen.name)/claude-sonnet-4-6" : nil
    }

    /// A model as the settings have it: one without a provider is this provider's, unless it is the name of a route; on a route for all
    /// providers that is what is said behind the gateway's name, too.
    static func named(_ text: String, _ chosen: OnboardAnswers.Chosen, route: String?, _ settings: WarderSettings) -> String {
        if text == "auto" || settings.routes[text] != nil { return text }
        let first = String(text.prefix { $0 != "/" })
        let isBehind = chosen.isGateway && ["compat", "rest", "universal"].contains(route ?? "") && settings.providers[first] == nil
        if text.contains("/"), !isBehind || first == chosen.name { return text }
        return "\(chosen.name)/\(text)"
    }
}
