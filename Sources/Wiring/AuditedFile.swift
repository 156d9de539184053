public import Exporter
internal import Glibc
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

    /// How it is read.
    public var format: ImportFormat {
        get throws {
            switch (system, kind) {
            case (.dockerAgent, _): try .named("docker-agent")
            case (_, .environment): try .named("openclaw")
            case (.loong, _): .loong
            case (.claudeCode, _): .claudeCode
            case (.codex, _): .codex
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

    /// More agents than anybody has.
    private static let maximumCount = 1024

    /// What is in a directory, sorted; names that are no text are passed over.
    public static func names(in directory: String) -> [String] {
        guard let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe _ = closedir(stream) }
        var found: [String] = []
        while found.count < maximumCount, let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(validatingCString: $0) }
            }
            if let name, name != ".", name != ".." { found.append(name) }
        }
        return found.sorted()
    }
}
