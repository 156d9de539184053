internal import ChildProcesses
internal import Keystore
internal import PrivateFiles
internal import Profiles
internal import Settings
internal import SodiumCrypto

/// Finds the keys for the slots of a request, and says what it looked at.
struct KeyFinder {
    let references: ReferenceReader
    private(set) var steps: [WalkStep] = []

    /// - Parameter references: what reads the references of the settings, and has the secrets.
    init(_ references: ReferenceReader) {
        self.references = references
    }

    /// The keys of a slot: one, or as many as its pool has. Empty if there is none, and the request can do without.
    ///
    /// - Throws: ``ResolverError``: whatever keeps a configured key from being used; `.notFound` if there is no key.
    mutating func keys(_ places: KeyPlaces, for slot: KeySlot, of name: String) throws -> [FoundKey] {
        guard places.configured.isEmpty else {
            var keys: [FoundKey] = []
            for reference in places.configured {
                let source = "\(reference), by \(reference.place)"
                do {
                    var key = try references.key(reference)
                    key.weight = reference.weight
                    note(source, "used", isUsed: true)
                    keys.append(key)
                } catch {
                    note(source, "failed, which nothing else makes up for")
                    throw error
                }
            }
            return keys
        }
        note(slot.header == KeySlot.gatewayHeader ? "token in warder.toml" : "api_key in warder.toml", "not set")
        if let key = try search(places) { return [key] }
        if slot.isOptional {
            note("no key", "the request can do without", isUsed: true)
            return []
        }
        let owner = slot.owner.map { $0.id == name ? "" : " (\($0.name))" } ?? ""
        let what = slot.header == KeySlot.gatewayHeader ? "token for the gateway \(name)" : "key for \(name)\(owner)"
        throw ResolverError(
            .notFound, "there is no \(what)", hint: places.secrets.first.map { "store it with: warder set \($0.name)" })
    }

    /// The first place that has it.
    private mutating func search(_ places: KeyPlaces) throws -> FoundKey? {
        var found: FoundKey?
        func take(_ candidate: FoundKey) -> String {
            if candidate.value.isBlank { return "empty" }
            found = candidate
            if case .secret(let secret) = candidate.origin { return "used, generation \(secret.generation)" }
            return "used"
        }
        for candidate in places.secrets where found == nil {
            let outcome = references.secrets[candidate.name].map { take(FoundKey($0, auth: candidate.auth)) } ?? "not in the vault"
            note("the secret \(candidate.name)", outcome, isUsed: found != nil)
        }
        for (position, source) in ([references.environment.variables] + references.environment.fallbacks).enumerated() where found == nil {
            for candidate in places.variables where found == nil {
                let value = try source.value(of: candidate.name)
                let origin: Origin =
                    position == 0 ? .variable(candidate.name) : .other(source: source.name, variable: candidate.name)
                let outcome = value.map { take(FoundKey($0, origin, auth: candidate.auth)) } ?? "not set"
                note("\(source.name), \(candidate.name)", outcome, isUsed: found != nil)
            }
        }
        if found == nil, references.environment.fallbacks.isEmpty {
            note("an environment file, the login shell", "not looked at: [default] env_file and login_shell allow it")
        }
        return found
    }

    private mutating func note(_ source: String, _ outcome: String, isUsed: Bool = false) {
        steps.append(WalkStep(source: source, outcome: outcome, isUsed: isUsed))
    }
}
