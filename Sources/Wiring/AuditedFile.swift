public import Exporter
internal import Glibc
internal import PrivateFiles
public import Settings

/// A file of a system in which a key can stand.
public struct AuditedFile: Sendable {
    /// What it is to its system.
    public enum Kind: Sendable {
        /// The environment that the system reads by itself.
        case environment
        /// Its configuration.
        case configuration
        /// The keys of one agent, which beat every variable.
        case profiles
        /// Models of one agent, which the system makes from its configuration.
        case models
        /// A copy of its configuration that nobody reads any more.
        case backup

        /// Whether the system takes keys from it.
        public var counts: Bool { self != .models && self != .backup }
    }

    /// Whose it is.
    public let system: WiredSystem
    /// What it is there.
    public let kind: Kind
    /// Absolute.
    public let path: String

    /// Whether it is lines of variables.
    public var isEnvironment: Bool { kind == .environment || (kind == .backup && PrivateFile.split(path).name.hasPrefix(".env")) }

    /// How it is read.
    public var format: ImportFormat {
        get throws {
            switch system {
            case .dockerAgent: try .named("docker-agent")
            case _ where isEnvironment: try .named("openclaw")
            case .loong: .loong
            case .claudeCode: .claudeCode
            case .codex: .codex
            default: .openClaw
            }
        }
    }

    /// The files of all systems, whether they are there or not.
    ///
    /// - Parameters:
    ///   - directories: the user's.
    ///   - environment: those of ``WiredSystem/placeVariables`` that are set.
    public static func all(_ directories: UserDirectories, environment: [String: String]) -> [AuditedFile] {
        WiredSystem.allCases.flatMap { system -> [AuditedFile] in
            guard let places = system.places(directories, environment: environment) else { return [] }
            var files: [AuditedFile] = []
            if let path = places.environmentFile { files.append(.init(system: system, kind: .environment, path: path)) }
            if let path = places.configuration { files.append(.init(system: system, kind: .configuration, path: path)) }
            for path in [places.environmentFile, places.configuration].compactMap(\.self) {
                files += backups(of: path).map { .init(system: system, kind: .backup, path: $0) }
            }
            for agent in places.agents.map(names) ?? [] {
                let base = "\(places.agents ?? "")/\(agent)/agent"
                files.append(.init(system: system, kind: .profiles, path: "\(base)/auth-profiles.json"))
                files.append(.init(system: system, kind: .models, path: "\(base)/models.json"))
            }
            // What it was called before.
            if system == .loong {
                files.append(.init(system: system, kind: .configuration, path: "\(directories.home)/.loongclaw/config.toml"))
            }
            return files
        }
    }

    /// Copies beside a file that are called after it.
    private static func backups(of path: String) -> [String] {
        let (parent, name) = PrivateFile.split(path)
        let endings = [".bak", ".backup", ".old", ".orig", ".save", "~"]
        return names(in: parent).filter { other in endings.contains { other.hasPrefix(name + $0) } }.map { "\(parent)/\($0)" }
    }

    /// More agents than anybody has.
    public static let maximumCount = 1024

    /// The directories that were listed for these files, where they are there.
    public static func directories(of files: [AuditedFile]) -> [String] {
        let agents = files.filter { $0.kind == .profiles }.map { file in
            // agents/NAME/agent/auth-profiles.json
            (0..<3).reduce(file.path) { path, _ in PrivateFile.split(path).parent }
        }
        let parents = files.filter { [.environment, .configuration].contains($0.kind) }.map { PrivateFile.split($0.path).parent }
        return Set(agents + parents).sorted()
    }

    /// Whether there is more in a directory than ``names(in:)`` gives.
    public static func isCrowded(_ directory: String) -> Bool { list(directory, atMost: maximumCount + 1).count > maximumCount }

    /// What is in a directory, sorted; names that are no text are passed over.
    public static func names(in directory: String) -> [String] { list(directory, atMost: maximumCount).sorted() }

    private static func list(_ directory: String, atMost maximumCount: Int) -> [String] {
        guard let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe _ = closedir(stream) }
        var found: [String] = []
        while found.count < maximumCount, let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
            }
            if let name, name != ".", name != ".." { found.append(name) }
        }
        return found
    }
}
