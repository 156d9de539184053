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
    /// It has no process that could have it.
    case notRunning
    /// It cannot be told, and why.
    case unknown(String)
}

extension Systemd {
    /// Looks into a unit's main process or its credentials. A unit that has just been started may still be on its way: it is asked again
    /// for some seconds.
    func proof(of unit: UnitName, _ kind: CopyForm.UnitKind, _ variables: [EnvironmentVariable]) throws(ExportError) -> Proof {
        var last = Proof.notRunning
        for attempt in 0..<30 {
            if attempt > 0 { usleep(100_000) }
            let state = try state(of: unit)
            guard state.isActive, let process = state.mainProcess else {
                // A unit that is done or failed by now does not start again by being watched.
                if !state.isActive { return .notRunning }
                last = .notRunning
                continue
            }
            last = kind == .dropIn ? Self.environment(of: process, variables) : credentials(of: unit, variables)
            if last == .holds { return last }
        }
        return last
    }

    /// Compares with `/proc/PID/environ`: what the process was started with.
    private static func environment(of process: pid_t, _ variables: [EnvironmentVariable]) -> Proof {
        let content: [UInt8]
        do throws(FileError) {
            content = try PrivateFile.readAny("/proc/\(process)/environ", maximum: 4 << 20)
        } catch {
            return .unknown("its environment cannot be read")
        }
        let entries = content.split(separator: 0)
        // systemd gives every unit this one: where it is not, the process has written over its environment.
        guard entries.contains(where: { $0.starts(with: "INVOCATION_ID=".utf8) }) else {
            return .unknown("its process has changed its own environment")
        }
        let missing = variables.filter { variable in
            let prefix = Array("\(variable.name)=".utf8)
            guard let entry = entries.last(where: { $0.starts(with: prefix) }) else { return true }
            return !isEqualInConstantTime(Array(entry.dropFirst(prefix.count)), variable.value.reveal())
        }
        return missing.isEmpty ? .holds : .differs(missing.map(\.name))
    }

    private func credentials(of unit: UnitName, _ variables: [EnvironmentVariable]) -> Proof {
        let directory = credentialsDirectory(of: unit)
        var missing: [String] = []
        for variable in variables {
            do throws(FileError) {
                let content = try PrivateFile.readAny("\(directory)/\(variable.name)", maximum: 2 << 20)
                if !isEqualInConstantTime(content, variable.value.reveal()) { missing.append(variable.name) }
            } catch {
                if error.code != .notFound { return .unknown("its credentials cannot be read") }
                missing.append(variable.name)
            }
        }
        return missing.isEmpty ? .holds : .differs(missing)
    }
}
