internal import Glibc
internal import PrivateFiles
internal import Profiles
internal import SodiumCrypto

/// Whether a running unit has what it was given.
enum Proof: Equatable {
    /// It has all of it.
    case holds
    /// It runs without these variables, or with other values.
    case differs([String])
    /// It has no process, or none yet, that could have it.
    case notRunning(UnitState)
    /// It cannot be told, and why.
    case unknown(String)
}

extension Systemd {
    /// How long a unit that has just been started may take until its program runs, in seconds.
    private static let patience = 5.0

    /// Looks into the environment of a unit's main process, or at the unit's credentials.
    ///
    /// It answers as soon as the program runs. Until then the unit may be on its way, and is asked again for some seconds. A credential is what the program finds when it looks; whether it
    /// has looked cannot be seen.
    ///
    /// - Throws: ``ExportError/Code/systemd``.
    func proof(of unit: UnitName, _ kind: CopyForm.UnitKind, _ variables: [EnvironmentVariable]) throws(ExportError) -> Proof {
        let end = ContinuousClock.now + .seconds(Self.patience)
        while true {
            let state = try state(of: unit)
            guard state.isActive else { return .notRunning(state) }
            let (proof, isFinal) = look(state, kind, variables)
            if isFinal || ContinuousClock.now > end { return proof }
            usleep(50_000)
        }
    }

    /// What is to be seen now, and whether it stays so.
    private func look(_ state: UnitState, _ kind: CopyForm.UnitKind, _ variables: [EnvironmentVariable]) -> (Proof, isFinal: Bool) {
        // Asked first: what is read afterwards is then the program's.
        let isRunning = state.mainProcess.map(isProgram) ?? state.isSettled
        do {
            switch kind {
            case .dropIn:
                guard let process = state.mainProcess else { return (.notRunning(state), isRunning) }
                let environment = try ProcessEnvironment(of: process)
                var others: [String] = []
                for variable in variables where try !environment.holds(variable.name, variable.value) { others.append(variable.name) }
                if others.isEmpty { return (.holds, true) }
                if try isOf(state, environment) { return (.differs(others), true) }
                return (.unknown("its process has changed its own environment"), isRunning && !environment.isEmpty)
            case .credential, .socket:
                let others = try credentialsThatDiffer(state, variables)
                if others.isEmpty { return (.holds, true) }
                // Newer versions take the credentials away with the last process.
                let isThere = unsafe access(credentialsDirectory(of: state.id), F_OK) == 0
                return (isThere || state.mainProcess != nil ? .differs(others) : .notRunning(state), isRunning)
            }
        } catch let error as FileError where error.code == .notFound {
            return (.notRunning(state), false)
        } catch is FileError {
            return (.unknown(kind == .dropIn ? "its environment cannot be read" : "its credentials cannot be read"), false)
        } catch {
            return (.unknown("there is not enough memory to compare"), true)
        }
    }

    /// Whether systemd has executed the program. Until then the process is a fork of the manager, with the manager's environment, or the
    /// executor of newer versions.
    private func isProgram(_ process: pid_t) -> Bool {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/\(process)/exe", &buffer, buffer.count)
        guard count > 0 else { return false }
        let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return !["systemd", "systemd-executor"].contains(path.split(separator: "/").last ?? "")
    }

    /// Whether an environment is whole and was given by systemd for this run of the unit.
    private func isOf(_ state: UnitState, _ environment: ProcessEnvironment) throws -> Bool {
        guard environment.isIntact, let invocation = state.invocation else { return false }
        return try environment.holds("INVOCATION_ID", SecretValue(copying: Array(invocation.utf8)))
    }

    private func credentialsThatDiffer(_ state: UnitState, _ variables: [EnvironmentVariable]) throws -> [String] {
        let directory = credentialsDirectory(of: state.id)
        var others: [String] = []
        for variable in variables {
            do throws(FileError) {
                // The service's user owns it, or root: as systemd's version has it.
                let file = try FileDescriptor.open("\(directory)/\(variable.name)", O_RDONLY | O_NONBLOCK)
                let content = try file.readAll(maximum: Self.maximumCredentials)
                if !SecretBytes.isEqual(content, variable.value.bytes) { others.append(variable.name) }
            } catch {
                guard error.code == .notFound else { throw error }
                others.append(variable.name)
            }
        }
        return others
    }
}
