internal import FoundationEssentials
internal import Glibc
internal import PrivateFiles
internal import Profiles
internal import SodiumCrypto

/// A copy for a systemd unit: private files of ours, and a drop-in that names them.
///
/// The files have names of their own for every content, so that the drop-in is the switch: until it is replaced the unit's old files
/// are whole and in use, afterwards the new ones.
struct UnitCopy {
    let consumer: String
    let unit: UnitName
    let kind: CopyForm.UnitKind
    let systemd: Systemd
    /// The directory of this consumer's files, ours alone.
    let directory: String

    var dropInPath: String { "\(systemd.dropInDirectory(of: unit))/\(Self.dropInName(consumer))" }

    /// The name of a consumer's drop-in: each has its own, since one unit may have several consumers.
    static func dropInName(_ consumer: String) -> String { "50-warder-\(consumer).conf" }

    /// What the paths of all files with this content begin with.
    func base(_ content: Data) -> String {
        "\(directory)/\(content.prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())."
    }

    /// What has to change so that the unit has these variables. Nothing if it has.
    func plan(
        _ variables: [EnvironmentVariable], _ held: HeldCopy?, _ prints: CopyFingerprints, content: Data, isRehearsal: Bool
    ) throws -> (changes: [CopyPlan.Change], files: [HeldCopy.File]) {
        if let held, held.content == content, held.format == kind.rawValue, try files(of: held, areWith: prints) { return ([], held.files) }
        try systemd.demand(unit)
        var changes: [CopyPlan.Change] = []
        let dropIn: [UInt8]
        switch kind {
        case .dropIn:
            let path = "\(base(content))env"
            changes.append(.init(path: path, content: try Export.render(variables, as: SystemdEnvironmentFile.self)))
            dropIn = try DropIn.environmentFile(path)
        case .credential:
            let abilities = try systemd.abilities()
            guard abilities.sealsCredentials else {
                throw ExportError(
                    .systemd, "\(unit): the systemd of this machine has no encrypted credentials for such a unit",
                    hint: "use the format \(CopyForm.UnitKind.dropIn.rawValue)")
            }
            let total = variables.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
            guard total <= Systemd.maximumCredentials else {
                throw ExportError(.unrepresentable, "\(unit): its credentials have more than \(Systemd.maximumCredentials) bytes together")
            }
            for variable in variables {
                let path = "\(base(content))\(variable.name).cred"
                changes.append(.init(path: path, content: isRehearsal ? [] : try systemd.seal(variable.value, as: variable.name)))
            }
            let files = zip(variables, changes).map { (id: $0.name, path: $1.path) }
            dropIn = try DropIn.credentials(files, isRefreshing: abilities.refreshesCredentials)
        case .socket:
            try CredentialSocket.check(variables, for: unit)
            try demandOwnName()
            dropIn = try DropIn.socket(
                variables.map(\.name), systemd.scope, isRefreshing: systemd.abilities().refreshesCredentials)
            // It names no values: others of them do not change it.
            if let held, held.format == kind.rawValue, try files(of: held, areWith: prints),
                try held.files.map(\.fingerprint) == [prints.file(dropIn)]
            {
                return ([], held.files)
            }
        }
        try systemd.check(dropIn)
        changes.append(.init(path: dropInPath, content: dropIn, mode: 0o644))
        return (changes, try changes.map { HeldCopy.File(path: $0.path, fingerprint: try prints.file($0.content)) })
    }

    /// systemd asks for credentials by the unit's own name only.
    private func demandOwnName() throws(ExportError) {
        guard !unit.isTemplate else { return }
        let id = try systemd.state(of: unit).id
        guard id == unit.description else {
            throw ExportError(
                .settings,
                "\(unit) is another name of \((try? UnitName(id))?.description ?? "another unit"), by which systemd asks for credentials",
                hint: "give the consumer that unit")
        }
    }

    /// Whether every file is as it was written.
    private func files(of held: HeldCopy, areWith prints: CopyFingerprints) throws -> Bool {
        guard held.files.last?.path == dropInPath else { return false }
        for file in held.files {
            guard let bytes = try PlainFile.read(file.path), try prints.file(bytes) == file.fingerprint else { return false }
            if file.path != dropInPath, PlainFile.drift(file.path, nil) != nil { return false }
        }
        return true
    }

    /// Files in our directory that are not among these: of earlier contents, or of a write that a crash ended.
    func leftovers(beside files: [HeldCopy.File]) -> [String] {
        guard PlainFile.isDirectory(directory), let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe _ = closedir(stream) }
        var found: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
            }
            if let name, name.hasSuffix(".env") || name.hasSuffix(".cred") || name.hasSuffix(".new") {
                found.append("\(directory)/\(name)")
            }
        }
        let kept = Set(files.map(\.path))
        return found.filter { !kept.contains($0) && PlainFile.isFile($0) }.sorted()
    }
}
