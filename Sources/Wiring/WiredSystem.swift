public import Settings

/// A program that Warder can be wired into, and where it keeps its files.
///
/// Sources: openclaw/openclaw, docs/help/environment.md; docker/docker-agent, pkg/environment; eastreams/loong, crates/app/src/config;
/// https://code.claude.com/docs/en/settings; openai/codex, docs/config.md.
public enum WiredSystem: String, CaseIterable, Codable, Sendable {
    case fased
    case genesis
    case openclaw
    case dockerAgent = "docker-agent"
    case loong
    case claudeCode = "claude-code"
    case codex
    case aiGatewayProvider = "ai-gateway-provider"

    /// What people call it.
    public var title: String {
        switch self {
        case .fased: "Fased"
        case .genesis: "Genesis"
        case .openclaw: "OpenClaw"
        case .dockerAgent: "docker-agent"
        case .loong: "loong"
        case .claudeCode: "Claude Code"
        case .codex: "Codex"
        case .aiGatewayProvider: "Cloudflare's libraries"
        }
    }

    /// Whether its configuration is that of OpenClaw.
    public var isOpenClaw: Bool { self == .fased || self == .genesis || self == .openclaw }

    /// Variables that say where its files are.
    public static let placeVariables = [
        "FASED_STATE_DIR", "FASED_CONFIG_PATH", "GENESIS_STATE_DIR", "GENESIS_CONFIG_PATH", "OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH",
        "CLAUDE_CONFIG_DIR", "CODEX_HOME",
    ]

    /// The files of a user, whether they are there or not. Nil for what belongs to a project and not to a user.
    ///
    /// - Parameters:
    ///   - directories: the user's.
    ///   - environment: those of ``placeVariables`` that are set.
    public func places(_ directories: UserDirectories, environment: [String: String]) -> SystemPlaces? {
        func variable(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        switch self {
        case .fased, .genesis, .openclaw:
            let prefix = rawValue.uppercased()
            let directory = variable("\(prefix)_STATE_DIR") ?? "\(directories.home)/.\(rawValue)"
            return SystemPlaces(
                directory: directory, configuration: variable("\(prefix)_CONFIG_PATH") ?? "\(directory)/\(rawValue).json",
                environmentFile: "\(directory)/.env", agents: "\(directory)/agents")
        case .loong:
            let directory = "\(directories.home)/.loong"
            return SystemPlaces(directory: directory, configuration: "\(directory)/config.toml")
        case .claudeCode:
            let directory = variable("CLAUDE_CONFIG_DIR") ?? "\(directories.home)/.claude"
            return SystemPlaces(directory: directory, configuration: "\(directory)/settings.json")
        case .codex:
            let directory = variable("CODEX_HOME") ?? "\(directories.home)/.codex"
            return SystemPlaces(directory: directory, configuration: "\(directory)/config.toml")
        case .dockerAgent:
            let directory = "\(directories.config)/cagent"
            return SystemPlaces(directory: directory, configuration: nil, environmentFile: "\(directory)/.env")
        case .aiGatewayProvider: return nil
        }
    }
}

/// Where a program keeps a user's files.
public struct SystemPlaces: Equatable, Sendable {
    /// Its directory: the program has been here if it exists.
    public let directory: String
    /// Its configuration, or nil if every project has one of its own.
    public let configuration: String?
    /// The environment file that it reads by itself.
    public var environmentFile: String?
    /// The directory of agents, each of which may have an `agent/auth-profiles.json`.
    public var agents: String?
}
