internal import ChildProcesses
internal import Keystore
internal import PrivateFiles
internal import Settings
internal import SodiumCrypto

/// Reads the keys that the settings refer to.
struct ReferenceReader {
    let environment: ResolverEnvironment
    /// The secrets that exist among those that were wanted.
    let secrets: [String: Secret]
    /// What programs have printed.
    let programs: ProgramKeys

    /// The key, which is there and not empty.
    ///
    /// - Throws: ``ResolverError``, naming the place of the reference.
    func key(_ reference: KeyReference) throws -> FoundKey {
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
        case .program(let words):
            let value = try programs.value(of: words) { try program(words, reference.place) }
            key = FoundKey(value, .program(words.first ?? ""))
        }
        guard !key.value.isBlank else { throw ResolverError(.notFound, "\(reference.place): \(reference) is empty") }
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
