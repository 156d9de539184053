internal import Keystore
public import Settings
internal import Synchronization

/// Says what a request for a model needs: where it goes, and which headers with which keys it takes there.
///
/// It does nothing on the network. What it has once found it keeps, in locked memory, until the vault changes: the key that it gives is the
/// one that was stored last.
///
/// ```swift
/// let resolver = try ModelResolver.ofUser(environment: ProcessInfo.processInfo.environment)
/// let resolution = try resolver.resolve("anthropic/claude-sonnet-4-6")
/// ```
public final class ModelResolver: Sendable {
    let settings: WarderSettings
    let secrets: any SecretSource
    let environment: ResolverEnvironment
    let catalogue: Catalogue
    let programs: ProgramKeys
    /// Which keys rest after errors.
    public let rests: KeyRests
    private let now: @Sendable () -> ContinuousClock.Instant
    private let kept = Mutex<[String: Kept]>([:])

    /// What was found for one model, and how long it is right.
    private struct Kept {
        let pool: [PooledResolution]
        let stamp: VaultStamp
        let until: ContinuousClock.Instant?
    }

    /// - Parameters:
    ///   - settings: providers, routes and the default model.
    ///   - secrets: where secrets are.
    ///   - environment: what else is seen of the surroundings.
    ///   - rests: which keys rest: those of the resolver that this one replaces.
    public convenience init(
        settings: WarderSettings, secrets: any SecretSource, environment: ResolverEnvironment, rests: KeyRests = KeyRests()
    ) {
        self.init(settings: settings, secrets: secrets, environment: environment, catalogue: .standard, rests: rests) { .now }
    }

    init(
        settings: WarderSettings, secrets: any SecretSource, environment: ResolverEnvironment, catalogue: Catalogue,
        rests: KeyRests? = nil, now: @escaping @Sendable () -> ContinuousClock.Instant
    ) {
        self.settings = settings
        self.secrets = secrets
        self.environment = environment
        self.catalogue = catalogue
        self.now = now
        self.rests = rests ?? KeyRests(now: now)
        programs = ProgramKeys(now: now)
    }

    /// What a request for a model needs: the first of ``candidates(_:)``.
    ///
    /// - Throws: ``ResolverError``, ``KeystoreError``.
    public func resolve(_ model: String? = nil) throws -> Resolution {
        // What is asked for again and again, with the only key there is.
        if let model, let pool = kept(model, now()), pool.count == 1, rests.withHealth({ $0.isEmpty }) { return pool[0].resolution }
        return try candidates(model)[0]
    }

    /// Everything that a request may be tried with, in order: the models of a route one after the other, and for each the keys of its
    /// provider's pool. Keys that rest after errors are left out.
    ///
    /// - Parameter model: `PROVIDER/MODEL`, `PROVIDER/auto`, `auto`, or the name of a route; nil for the settings' default.
    /// - Throws: ``ResolverError``, ``KeystoreError``; ``ResolverError/Code/exhausted`` if all keys rest.
    public func candidates(_ model: String? = nil) throws -> [Resolution] {
        let (names, place) = try models(model)
        return try candidates(of: names, place)
    }

    /// Tells what came of a request. A key that was refused or limited rests for a while.
    public func report(_ outcome: RequestOutcome, for resolution: Resolution) {
        // What is not in the vault may have been replaced without a trace.
        if !resolution.resting.isFromVault, outcome == .unauthorized { forget() }
        rests.report(outcome, for: resolution.subject)
    }

    /// Forgets all keys that were found, so that files and programs are asked again.
    public func forget() {
        programs.forget()
        kept.withLock { $0 = [:] }
    }

    /// The models that a name stands for, each `PROVIDER/MODEL`, and where they stand if the settings name them.
    func models(_ asked: String?) throws(ResolverError) -> (names: [String], place: SettingsPlace?) {
        guard let asked else {
            guard let name = settings.defaults.model else {
                throw ResolverError(
                    .invalid, "the settings have no default model", hint: "[default] model = \"PROVIDER/MODEL\" in warder.toml")
            }
            let place = settings.defaults.modelPlace
            do throws(ResolverError) {
                let (names, route) = try models(name)
                return (names, route ?? place)
            } catch { throw place.map(error.about) ?? error }
        }
        try ModelName.check(asked)
        if asked.contains("/") { return ([asked], nil) }
        if let route = settings.routes[asked] { return (route.models, route.place) }
        if asked == ModelName.automatic { return (["\(try onlyPinningProvider())/\(asked)"], nil) }
        throw ResolverError(
            .notFound, "there is no such route, and a model is named PROVIDER/MODEL", hint: "`warder provider list` shows the providers")
    }

    private func onlyPinningProvider() throws(ResolverError) -> String {
        let names = settings.providers.filter { $0.value.models != nil }.keys.sorted()
        guard let name = names.first, names.count == 1 else {
            throw ResolverError(
                .invalid, "\(names.isEmpty ? "no provider" : "more than one provider") has pinned models, so auto says nothing",
                hint: "name the provider: PROVIDER/auto, with models = [\"…\"] in its table of warder.toml")
        }
        return name
    }

    private func candidates(of models: [String], _ place: SettingsPlace?) throws -> [Resolution] {
        let time = now()
        var candidates: [Resolution] = []
        // Several models of one provider share its pool, whose turn it is once in a call.
        var orders: [[KeyIdentity]: [Int]] = [:]
        var soonest: ContinuousClock.Instant?
        for model in models {
            let pool: [PooledResolution]
            do { pool = try self.pool(for: model, place, time) } catch let error as ResolverError {
                throw models.count > 1 ? place.map(error.inRoute) ?? error : error
            }
            rests.withHealth { health in
                if pool.count == 1, health.isEmpty { return candidates.append(pool[0].resolution) }
                let fit = pool.filter { entry in
                    guard let until = health.rest(of: entry.resolution.subject, now: time)?.until else { return true }
                    soonest = min(soonest ?? until, until)
                    return false
                }
                guard fit.count > 1 else { return candidates += fit.map(\.resolution) }
                let keys = fit.map { (key: $0.resolution.resting, weight: $0.weight) }
                let order = orders[keys.map(\.key)] ?? health.order(keys)
                orders[keys.map(\.key)] = order
                candidates += order.map { fit[$0].resolution }
            }
        }
        guard candidates.isEmpty else { return place.map { place in candidates.map { $0.named(by: place) } } ?? candidates }
        let wait = soonest.map { Int(($0 - time).components.seconds) + 1 } ?? 1
        throw ResolverError(.exhausted, "every key rests after errors, the first for \(wait) more seconds")
    }

    /// What is kept for a model, if nothing has changed since.
    private func kept(_ model: String, _ time: ContinuousClock.Instant) -> [PooledResolution]? {
        guard let kept = kept.withLock({ $0[model] }), kept.until.map({ $0 > time }) ?? true, let stamp = secrets.stamp(),
            stamp.isSame(as: kept.stamp)
        else { return nil }
        return kept.pool
    }

    /// The resolutions of one model, as many as its provider's pool has keys: those that are kept, if nothing has changed.
    private func pool(for model: String, _ place: SettingsPlace?, _ time: ContinuousClock.Instant) throws -> [PooledResolution] {
        if let pool = kept(model, time) { return pool }
        let stamp = secrets.stamp()
        let built = try ResolutionBuilder(self).build(model, place)
        if let stamp, stamp.isSettled {
            let until = built.lifetime.map { time + .seconds($0) }
            kept.withLock { kept in
                // Names come from requests: there may be any number of them.
                if kept.count >= 1024 { kept = [:] }
                kept[model] = Kept(pool: built.pool, stamp: stamp, until: until)
            }
        }
        return built.pool
    }
}

extension ResolverError {
    /// The same, saying which route has the model: one that cannot be asked fails its whole route, which would fail over to it some day.
    fileprivate func inRoute(_ place: SettingsPlace) -> ResolverError {
        guard !description.hasPrefix(place.description) else { return self }
        var error = ResolverError(code, "\(place): \(description)", hint: hint)
        error.steps = steps
        return error
    }

    /// The same of a name that the settings have: then it is they that are not valid.
    func about(_ place: SettingsPlace) -> ResolverError {
        ResolverError(code == .usage || code == .notFound ? .invalid : code, "\(place): \(description)", hint: hint)
    }
}

/// A resolution with one of the keys of a pool.
struct PooledResolution {
    let resolution: Resolution
    let weight: Int
}
