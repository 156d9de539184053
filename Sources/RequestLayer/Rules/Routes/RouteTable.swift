public import Resolver
public import Settings

/// What the first segment of a client's path can be: the routes of the settings, and providers. Made once and never changed, so that a request
/// keeps what it began with.
public struct RouteTable: Sendable {
    let entries: [String: RouteEntry]
    /// The resolver that it is made with, which is told what comes of requests.
    let resolver: ModelResolver
    /// What cannot be used, and why.
    public let problems: [RouteProblem]
    /// After how many seconds a key may be another one, though neither settings nor vault have changed. Nil if never.
    public let lifetime: Int?

    /// Reads every key that the settings and the catalogue have a place for. Names that don't resolve don't keep the others from working.
    ///
    /// A route comes before a provider of its name, a provider of the settings before one of the catalogue.
    ///
    /// - Parameters:
    ///   - settings: routes and providers.
    ///   - resolver: a resolver over the same settings.
    ///   - names: the names of all secrets, so that providers of the catalogue without a key are passed over quickly; nil if nobody knows.
    /// - Throws: ``KeystoreError``, if the vault cannot be read.
    public init(settings: WarderSettings, resolver: ModelResolver, secrets names: Set<String>? = nil) throws {
        var builder = RouteTableBuilder(resolver: resolver)
        for (name, route) in settings.routes.sorted(by: { $0.key < $1.key }) { try builder.add(route, name) }
        for name in settings.providers.keys.sorted() { try builder.add(provider: name) }
        for provider in Catalogue.standard.providers where settings.providers[provider.id] == nil {
            try builder.add(catalogued: provider, names)
        }
        for provider in Catalogue.standard.providers { builder.addAliases(of: provider) }
        entries = builder.entries
        self.resolver = resolver
        problems = builder.problems
        lifetime = builder.lifetime
    }

    /// The names of routes and providers that can be used, sorted, without the aliases.
    public var names: [String] { Set(entries.values.filter { !$0.groups.isEmpty }.map(\.name)).sorted() }
}

/// Makes the entries of a table.
struct RouteTableBuilder {
    let resolver: ModelResolver
    private(set) var entries: [String: RouteEntry] = [:]
    private(set) var problems: [RouteProblem] = []
    private(set) var lifetime: Int?
    /// Targets with the same keys share what is looked for in responses.
    private var needles = NeedleCache()

    init(resolver: ModelResolver) { self.resolver = resolver }

    /// Adds a `[route.NAME]`. A model that cannot be asked is left out, and the others are tried.
    mutating func add(_ route: RouteSettings, _ name: String) throws {
        var groups: [TargetGroup] = []
        var problem: RouteProblem?
        for model in route.models {
            do {
                if let group = try group(of: try resolver.pool(for: model), slug: nil, isRoute: true) { groups.append(group) }
            } catch let error as ResolverError {
                problem = problem ?? RouteProblem(name: name, reason: error.description, isFatal: false)
            }
        }
        if let reason = problem?.reason, groups.isEmpty { problem = RouteProblem(name: name, reason: reason, isFatal: true) }
        put(
            RouteEntry(
                name: name, isRoute: true, groups: groups, mergesSystemMessages: route.mergesSystemMessages, problem: problem))
    }

    /// Adds a `[provider.NAME]`.
    mutating func add(provider name: String) throws { try add(provider: name, reporting: true) }

    /// Adds a provider of the catalogue, for which nobody needs to have a key.
    mutating func add(catalogued provider: Provider, _ names: Set<String>?) throws {
        if let names {
            let rows = try? resolver.survey(secrets: names, of: provider.id)
            guard let key = rows?.first?.key else { return }
            switch key {
            case .missing, .invalid: return put(RouteEntry(name: provider.id, isRoute: false, groups: []))
            case .present, .unneeded: break
            }
        }
        try add(provider: provider.id, reporting: false)
    }

    mutating func addAliases(of provider: Provider) {
        guard let entry = entries[provider.id] else { return }
        for alias in provider.aliases where entries[alias] == nil { entries[alias] = entry }
    }

    private mutating func add(provider name: String, reporting: Bool) throws {
        guard entries[name] == nil else { return }
        do {
            let groups = try resolver.connections(of: name).compactMap { connection in
                try group(of: connection.pool, slug: connection.slug, isRoute: false)
            }
            let isUsable = !groups.isEmpty
            put(
                RouteEntry(
                    name: name, isRoute: false, groups: groups,
                    problem: isUsable ? nil : RouteProblem(name: name, reason: "its path has a model in it", isFatal: true)))
        } catch let error as ResolverError {
            let problem = RouteProblem(name: name, reason: error.description, isFatal: true)
            put(RouteEntry(name: name, isRoute: false, groups: [], problem: reporting ? problem : nil))
        }
    }

    private mutating func group(of pool: KeyPool, slug: String?, isRoute: Bool) throws -> TargetGroup? {
        var targets: [Target] = []
        for resolution in pool.resolutions {
            let model = isRoute ? resolution.model : nil
            guard let target = Target(resolution, model: model, needles: try needles.needles(of: resolution)) else { return nil }
            targets.append(target)
        }
        if let seconds = pool.lifetime { lifetime = min(lifetime ?? seconds, seconds) }
        let choices = zip(targets, pool.weights).map { KeyRests.Choice($0.subject, weight: $1) }
        return TargetGroup(slug: slug, targets: targets, choices: choices)
    }

    private mutating func put(_ entry: RouteEntry) {
        guard entries[entry.name] == nil else { return }
        entries[entry.name] = entry
        if let problem = entry.problem { problems.append(problem) }
    }
}
