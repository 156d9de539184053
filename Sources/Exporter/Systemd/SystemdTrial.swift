internal import ChildProcesses
internal import FoundationEssentials
internal import Glibc
internal import PrivateFiles

extension Systemd {
    /// Checks a drop-in on a trial unit, without the manager: systemd skips a line that it does not take, and starts the service without
    /// what the line should have given it.
    ///
    /// - Throws: ``ExportError/Code/systemd`` if the installed systemd would skip a line, or cannot be asked.
    func check(_ dropIn: [UInt8]) throws(ExportError) {
        guard let complaint = try complaint(about: dropIn) else { return }
        throw ExportError(.systemd, "the systemd of this machine does not take a drop-in for a \(scope.rawValue) unit: \(complaint)")
    }

    /// What `systemd-analyze verify` has against a drop-in, in our words; nil for nothing. It exits with 0 also when it complains.
    ///
    /// The trial unit depends on no other unit and sees no directory of units but its own, so that nothing else is complained about.
    func complaint(about dropIn: [UInt8]) throws(ExportError) -> String? {
        var template = Array("/tmp/warder-trial-XXXXXX".utf8CString)
        guard let made = unsafe mkdtemp(&template), let root = unsafe String(validatingCString: made) else {
            throw ExportError(.file(.io), "/tmp: a directory cannot be made")
        }
        // systemd-analyze makes directories of its own.
        defer { try? FileManager.default.removeItem(atPath: root) }
        let unit = "\(root)/trial.service"
        let file = "\(unit).d/50-trial.conf"
        do throws(FileError) {
            try PrivateFile.makeDirectory("\(unit).d")
            try PrivateFile.makeDirectory("\(root)/runtime")
            let text = "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\nExecStart=/bin/true\n"
            try PrivateFile.write(Array(text.utf8), to: unit, existing: .refuse)
            try PrivateFile.write(dropIn, to: file, existing: .refuse)
        } catch {
            throw ExportError(error)
        }
        let words = (scope == .user ? ["--user"] : []) + ["verify", "--man=no", unit]
        let variables = ["SYSTEMD_UNIT_PATH": root, "XDG_RUNTIME_DIR": "\(root)/runtime"]
        let outcome = try run("systemd-analyze", words, with: variables)
        let lines = outcome.errors.split(separator: "\n")
        if lines.isEmpty, outcome.status == 0 { return nil }
        for line in lines where line.hasPrefix("\(file):") { return Self.reason(line.dropFirst(file.utf8.count + 1), dropIn) }
        throw ExportError(.systemd, "systemd-analyze cannot check a drop-in for a \(scope.rawValue) unit", hint: "does it work here?")
    }

    /// A complaint `NUMBER: text` without what systemd repeats of the drop-in, but for a setting's name.
    private static func reason(_ complaint: Substring, _ dropIn: [UInt8]) -> String {
        let parts = complaint.split(separator: ":", maxSplits: 1)
        guard let number = parts.first.flatMap({ Int($0) }) else { return "it cannot read it" }
        let lines = dropIn.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var name = ""
        if number >= 1, number <= lines.count, let equals = lines[number - 1].firstIndex(of: UInt8(ascii: "=")) {
            let key = lines[number - 1][..<equals]
            if key.allSatisfy(isNameByte), key.count < 64 { name = ", \(String(decoding: key, as: UTF8.self))=" }
        }
        let text = parts.last ?? ""
        let isUnknown = text.contains("Unknown key") || text.contains("Unknown section")
        return "line \(number)\(name), \(isUnknown ? "which it does not know" : "which it cannot read")"
    }
}
