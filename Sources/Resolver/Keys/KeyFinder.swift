internal import ChildProcesses
internal import Keystore
internal import PrivateFiles
internal import Profiles
internal import Settings
internal import SodiumCrypto

/// Finds the keys for the slots of a request, and says what it looked at.
struct KeyFinder {
    let environment: ResolverEnvironment
    /// The secrets that exist among those that were wanted.
    let secrets: [String: Secret]
    private(set) var steps: [WalkStep] = []

    init(_ environment: ResolverEnvironment, secrets: [String: Secret]) {
        self.environment = environment
        self.secrets = secrets
    }

    /// The keys of a slot: one, or as many as its pool has. Empty if there is none, and the request can do without.
    ///
    /// - Throws: ``ResolverError``: whatever keeps a configured key from being used; `.notFound` if there is no key.
    mutating func keys(_ places: KeyPlaces, for slot: KeySlot, of name: String) throws -> [FoundKey] {
        guard places.configured.isEmpty else {
            var keys: [FoundKey] = []
            for reference in places.configured {
                let source = "\(describe(reference)), by \(reference.place)"
                do {
                    var key = try configured(reference)
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
            let outcome = secrets[candidate.name].map { take(FoundKey($0, auth: candidate.auth)) } ?? "not in the vault"
            note("the secret \(candidate.name)", outcome, isUsed: found != nil)
        }
        for (position, source) in ([environment.variables] + environment.fallbacks).enumerated() where found == nil {
            for candidate in places.variables where found == nil {
                let value = try source.value(of: candidate.name)
                let origin: Origin =
                    position == 0 ? .variable(candidate.name) : .other(source: source.name, variable: candidate.name)
                let outcome = value.map { take(FoundKey($0, origin, auth: candidate.auth)) } ?? "not set"
                note("\(source.name), \(candidate.name)", outcome, isUsed: found != nil)
            }
        }
        if found == nil, environment.fallbacks.isEmpty {
            note("an environment file, the login shell", "not looked at: [default] env_file and login_shell allow it")
        }
        return found
    }

    private mutating func note(_ source: String, _ outcome: String, isUsed: Bool = false) {
        steps.append(WalkStep(source: source, outcome: outcome, isUsed: isUsed))
    }

    // MARK: References of the settings

    private func describe(_ reference: KeyReference) -> String {
        switch reference.source {
        case .secret(let name): "the secret \(name)"
        case .variable(let name): "the environment, \(name)"
        case .file(let path): "the file \(path)"
        case .program(let words): "the program \(words.first ?? "")"
        }
    }

    private func configured(_ reference: KeyReference) throws -> FoundKey {
        let key: FoundKey
        switch reference.source {
        case .secret(let name):
            guard let secret = secrets[name] else {
                throw ResolverError(
                    .notFound, "\(reference.place): the secret \(name) is not in the vault", hint: "store it with: warder set \(name)")
            }
            key = FoundKey(secret)
        case .variable(let name):
            guard let value = try environment.variables.value(of: name) else {
                throw ResolverError(.notFound, "\(reference.place): the variable \(name) is not set")
            }
            key = FoundKey(value, .variable(name))
        case .file(let path): key = FoundKey(try file(path, reference.place), .file(path))
        case .program(let words): key = FoundKey(try program(words, reference.place), .program(words.first ?? ""))
        }
        guard !key.value.isBlank else { throw ResolverError(.notFound, "\(reference.place): \(describe(reference)) is empty") }
        return key
    }

    /// The content of a file that is its owner's alone, without line ends at its end.
    private func file(_ path: String, _ place: SettingsPlace) throws(ResolverError) -> SecretValue {
        do {
            return try SecretValue(PrivateFile.readSecret(environment.directories.expand(path), maximum: 64 << 10)).withoutLineEnds()
        } catch let error as FileError {
            let code: ResolverError.Code =
                switch error.code {
                case .unsafe: .unsafeFile
                case .notFound: .notFound
                case .io, .exists: .io
                }
            throw ResolverError(code, "\(place): \(error)")
        } catch {
            throw ResolverError(.io, "\(place): not enough memory")
        }
    }

    /// What a program prints, without line ends at its end. It gets no input, no shell, and of the environment only what says who the user is
    /// and where the session's sockets are. What it says on standard error may be anything, and is not repeated.
    private func program(_ words: [String], _ place: SettingsPlace) throws(ResolverError) -> SecretValue {
        let name = words.first ?? ""
        guard let path = name.hasPrefix("/") ? name : ChildProcess.find(name) else {
            throw ResolverError(
                .io, "\(place): the program \(name) is not in the standard directories", hint: "write its absolute path")
        }
        do {
            var process = ChildProcess(path, Array(words.dropFirst()), timeLimit: environment.programTimeLimit, maximumOutput: 64 << 10)
            for variable in ["HOME", "USER", "LOGNAME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS"] {
                guard let value = try environment.variables.value(of: variable) else { continue }
                process.environment[variable] = String(validating: value.reveal(), as: UTF8.self)
            }
            let outcome = try process.run()
            guard outcome.status == 0 else {
                throw ResolverError(.io, "\(place): the program \(name) ends with exit code \(outcome.status)")
            }
            return try outcome.output.withoutLineEnds()
        } catch let error as ResolverError {
            throw error
        } catch let error as ChildProcessError {
            throw ResolverError(.io, "\(place): \(error)")
        } catch {
            throw ResolverError(.io, "\(place): not enough memory")
        }
    }
}
