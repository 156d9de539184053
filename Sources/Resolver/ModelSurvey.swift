internal import Settings

/// A model that can be asked for, and whether there is a key for it. No value is read to know that.
public struct SurveyedModel: Equatable, Sendable {
    /// `[provider.NAME]`, or the catalogue's name.
    public let provider: String
    /// The model as the settings pin it; nil for any that the provider has.
    public let model: String?
    /// The shape of requests; nil if they cannot be made.
    public let style: APIStyle?
    /// What client libraries take as the base URL; nil if requests cannot be made.
    public let baseURL: String?
    /// Whether there is a key, and from where.
    public let key: Key

    /// Whether there is a key, and from where.
    public enum Key: Equatable, Sendable {
        /// It is there: in a secret, a variable, a file or a program that is named. Programs are not run, and files not read.
        case present(String)
        /// It is not there: the first place where it would be looked for.
        case missing(String)
        /// Nobody needs one.
        case unneeded
        /// Requests cannot be made: why.
        case invalid(String)
    }
}

extension ModelResolver {
    /// The models of the settings' providers, pinned ones by name, and those of every other provider for which there is a key.
    ///
    /// - Parameters:
    ///   - names: the names of all secrets.
    ///   - provider: only this one, by a name of the settings or the catalogue.
    public func survey(secrets names: Set<String>, of provider: String? = nil) throws -> [SurveyedModel] {
        let configured = settings.providers.keys.sorted()
        let others = catalogue.providers.map(\.id).filter { !configured.contains($0) }
        let only = provider.map { name in [settings.providers[name] == nil ? catalogue.provider(name)?.id ?? name : name] }
        var models: [SurveyedModel] = []
        for name in only ?? configured + others {
            let pinned = settings.providers[name]?.models ?? []
            let wanted: [String?] = pinned.isEmpty ? [nil] : pinned
            let rows = try wanted.map { model in try survey(name, model, names) }
            let isOther = only == nil && settings.providers[name] == nil
            models += rows.filter { row in
                if !isOther { return true }
                if case .present = row.key { return true } else { return false }
            }
        }
        return models
    }

    /// What a name that is asked for comes to: `PROVIDER/MODEL`, each model of a route, or the settings' default.
    ///
    /// - Parameters:
    ///   - model: as for ``candidates(_:)``.
    ///   - names: the names of all secrets.
    /// - Throws: ``ResolverError`` for a name that stands for nothing.
    public func survey(model: String?, secrets names: Set<String>) throws -> [SurveyedModel] {
        try models(model).names.map { text in
            let name = try ModelName(text)
            do { return try survey(name.provider, name.model, names) } catch let error as ResolverError {
                return SurveyedModel(provider: name.provider, model: name.model, style: nil, baseURL: nil, key: .invalid(error.description))
            }
        }
    }

    private func survey(_ provider: String, _ model: String?, _ names: Set<String>) throws -> SurveyedModel {
        let plan: RequestPlan
        do throws(ResolverError) {
            plan = try RequestPlan("\(provider)/\(model ?? anyModel(of: provider))", nil, settings, catalogue)
        } catch {
            // A name that is none must not come back in a list.
            if error.code == .notFound || error.code == .usage { throw error }
            return SurveyedModel(provider: provider, model: model, style: nil, baseURL: nil, key: .invalid(error.description))
        }
        return SurveyedModel(
            provider: provider, model: model, style: plan.address.style, baseURL: plan.address.base.text, key: try key(of: plan, names))
    }

    /// A model's name that stands for any, in the form that the provider's route has.
    func anyModel(of provider: String) -> String {
        let table = settings.providers[provider] ?? .none
        guard catalogue.provider(table[.kind] ?? provider)?.id == Catalogue.gateway else { return "any" }
        switch table[.route] {
        case nil, "compat": return "custom-any/any"
        case "rest", "universal": return "openai/any"
        case "workers-ai": return "@cf/any/any"
        case _?: return "any"
        }
    }

    /// The state of the first key that is missing, else of the provider's own.
    private func key(of plan: RequestPlan, _ names: Set<String>) throws -> SurveyedModel.Key {
        var key = SurveyedModel.Key.unneeded
        for name in plan.templates.flatMap(\.secrets) where !names.contains(name) { return .missing("the secret \(name)") }
        for (slot, places) in plan.slots {
            let found = try state(of: places, names)
            if case .missing = found, slot.isOptional { continue }
            if case .missing = found { return found }
            // The gateway's token alone says nothing of the provider's key.
            if key == .unneeded || slot.header != KeySlot.gatewayHeader { key = found }
        }
        return key
    }

    private func state(of places: KeyPlaces, _ names: Set<String>) throws -> SurveyedModel.Key {
        for reference in places.configured {
            switch reference.source {
            case .secret(let name): if !names.contains(name) { return .missing("\(reference)") }
            case .variable(let name): if try environment.variables.value(of: name)?.isBlank ?? true { return .missing("\(reference)") }
            // Whether these give a key is known when they are asked.
            case .file, .program: break
            }
        }
        if let first = places.configured.first {
            return .present(places.configured.count == 1 ? "\(first)" : "\(first), and \(places.configured.count - 1) more")
        }
        if let secret = places.secrets.first(where: { names.contains($0.name) }) { return .present("the secret \(secret.name)") }
        for source in [environment.variables] + environment.fallbacks {
            for candidate in places.variables {
                guard let value = try source.value(of: candidate.name), !value.isBlank else { continue }
                return .present("\(source.name), \(candidate.name)")
            }
        }
        return .missing(places.secrets.first.map { "the secret \($0.name)" } ?? "a key")
    }
}
