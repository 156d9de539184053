internal import Exporter
internal import Glibc
internal import Keystore
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// The files of the systems that Warder serves, each read once.
struct SystemFiles {
    /// One that is there.
    struct Content {
        let file: AuditedFile
        /// The keys in it, or nil if it cannot be read as what it is.
        let reading: ImportReading?
        /// The programs that it names.
        let wiring: AuditedWiring?
        /// Whether others can read or write it.
        let isWide: Bool
    }

    let contents: [Content]
    /// Where each system has its environment file.
    let environmentFiles: [WiredSystem: String]
    /// All that there could be.
    let paths: Set<String>

    init(_ examination: Examination) {
        var environment: [String: String] = [:]
        for name in WiredSystem.placeVariables { environment[name] = Console.environment(name) }
        let files = AuditedFile.all(examination.directories, environment: environment)
        paths = Set(files.map(\.path))
        environmentFiles = Dictionary(files.filter { $0.kind == .environment }.map { ($0.system, $0.path) }) { first, _ in first }
        for directory in AuditedFile.directories(of: files) { examination.checkCount(directory) }
        contents = files.compactMap { file in examination.file(file.path).map { Self.content(file, $0, examination) } }
    }

    private static func content(_ file: AuditedFile, _ bytes: ImportFile, _ examination: Examination) -> Content {
        let wiring = try? AuditedWiring(file, bytes.content.reveal())
        var reading: ImportReading?
        do { reading = try file.format.read(bytes) } catch {
            // A document that is one, and holds nothing that its reader knows, holds no key.
            if wiring == nil || file.kind == .environment { examination.leave(file.path, Failure(error).message) }
        }
        return Content(file: file, reading: reading, wiring: wiring, isWide: examination.isWide(file.path))
    }

    /// The variables that a system's own files refer to, each once, with the file and line.
    func references(of system: WiredSystem) -> [(name: String, path: String, line: Int)] {
        var seen: Set<String> = []
        return contents.filter { $0.file.system == system && $0.file.kind.counts }.flatMap { content in
            let prefix = "the variable "
            let references = (content.reading?.references ?? []).filter { $0.target.hasPrefix(prefix) }
            let all =
                references.map { (name: String($0.target.dropFirst(prefix.count)), line: $0.line) } + (content.wiring?.variables ?? [])
            return all.filter { seen.insert($0.name).inserted }.map { ($0.name, content.file.path, $0.line) }
        }
    }

    /// The variables that a system's own files give it: its environment file, and the `env` block of its configuration.
    func variables(of system: WiredSystem) -> Set<String> {
        let files = contents.filter { $0.file.system == system && [.environment, .configuration].contains($0.file.kind) }
        return Set(files.flatMap { $0.reading?.found.map(\.name) ?? [] }.filter { !$0.contains("/") })
    }

    /// The programs that are Warder itself, of all systems.
    var programsOfWarder: [(system: WiredSystem, program: AuditedWiring.Program)] {
        contents.flatMap { content in
            (content.wiring?.programs ?? []).filter(\.isWarder).map { (content.file.system, $0) }
        }
    }
}

/// Which variables of which files are copies that a consumer holds: those are looked after by `apply`.
struct ManagedCopies {
    private var names: [String: Set<String>] = [:]
    private var isKnown = false

    init(_ examination: Examination) {
        let session = examination.session
        let held = examination.vault.flatMap { try? session.applier($0).held() }
        isKnown = held != nil
        for consumer in session.usable(session.consumers).consumers {
            guard case .file(let path, _) = consumer.copy else { continue }
            names[path, default: []].formUnion(held?[consumer.name]?.candidates.flatMap(\.variables).map(\.name) ?? [])
        }
    }

    /// Whether a variable of a file is one. While the vault is locked, whatever is in a consumer's file may be.
    func contains(_ name: String, in path: String) -> Bool {
        guard let names = names[path] else { return false }
        return !isKnown || names.contains(name)
    }
}
