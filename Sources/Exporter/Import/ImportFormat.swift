internal import PrivateFiles
internal import SodiumCrypto

/// How a file that is imported is read.
public enum ImportFormat: Sendable {
    /// Lines on which all formats of lines agree.
    case agreement
    /// A format of environment files.
    case environment(any EnvironmentFormat.Type)
    /// The configuration of OpenClaw, Fased or Genesis.
    case openClaw
    /// The configuration of docker-agent.
    case dockerAgent
    /// The configuration of loong.
    case loong
    /// The settings of Claude Code.
    case claudeCode
    /// The configuration of Codex.
    case codex

    /// The names after `--format`.
    public static let names =
        Formats.all.map { $0.name } + [
            OpenClawDocument.name, DockerAgentDocument.name, LoongDocument.name, ClaudeCodeDocument.name, CodexDocument.name,
        ]

    /// The format with exactly this name.
    ///
    /// - Throws: ``ExportError/Code/unknownFormat``.
    public static func named(_ name: String) throws(ExportError) -> ImportFormat {
        switch name {
        case OpenClawDocument.name: return .openClaw
        case DockerAgentDocument.name: return .dockerAgent
        case LoongDocument.name: return .loong
        case ClaudeCodeDocument.name: return .claudeCode
        case CodexDocument.name: return .codex
        default:
            guard let format = Formats.all.first(where: { $0.name == name }) else {
                throw ExportError(.unknownFormat, "no such format", hint: "the formats are \(names.joined(separator: ", "))")
            }
            return .environment(format)
        }
    }

    /// What a file is by its name, and for JSON by its content.
    public static func detected(_ file: ImportFile) -> ImportFormat {
        let name = file.name
        if OpenClawDocument.isName(name) { return .openClaw }
        if ClaudeCodeDocument.isPath(file.path) { return .claudeCode }
        if CodexDocument.isPath(file.path) { return .codex }
        if name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return .dockerAgent }
        if name.hasSuffix(".toml") { return .loong }
        guard name.hasSuffix(".json") || name.hasSuffix(".json5") else { return .agreement }
        var repeated: [Int] = []
        if let node = try? DocumentNode(json5: file.content.reveal(), repeated: &repeated), OpenClawDocument.isShape(node) {
            return .openClaw
        }
        return .environment(JSONObject.self)
    }

    /// Reads a file.
    ///
    /// - Throws: ``ExportError/Code/malformed``, naming the file and where known the line.
    public func read(_ file: ImportFile) throws(ExportError) -> ImportReading {
        let bytes = file.content.reveal()
        let path = file.path == "-" ? "standard input" : file.path
        if file.content.count == 0 { throw ExportError(.file(.notFound), "\(path): is empty") }
        if bytes.contains(0) { throw ExportError(.malformed, "\(path): not a text: it has a NUL") }
        do throws(ExportError) {
            switch self {
            case .agreement: return try ImportAgreement.read(bytes)
            case .environment(let format): return try LineReading.read(bytes, format)
            case .openClaw: return try OpenClawDocument.read(bytes)
            case .dockerAgent: return try DockerAgentDocument.read(bytes, path: path)
            case .loong: return try LoongDocument.read(bytes, path: path)
            case .claudeCode: return try ClaudeCodeDocument.read(bytes)
            case .codex: return try CodexDocument.read(bytes, path: path)
            }
        } catch {
            guard error.code == .malformed, !error.description.hasPrefix(path) else { throw error }
            throw ExportError(.malformed, "\(path): \(error.description)", hint: error.hint)
        }
    }
}
