internal import Exporter
internal import PrivateFiles
internal import Settings

/// What a configuration says of programs that give it keys, and of where requests go.
public struct AuditedWiring: Sendable {
    /// A program that is run for a key.
    public struct Program: Sendable {
        /// What it is called there: the alias of a provider, or the key's place.
        public let alias: String?
        /// The program as it stands there.
        public let command: String
        /// Whether it is Warder, as far as words tell.
        public let isWarder: Bool
        /// Whether the system takes it only if it is a file of the user's, no link, and nobody else can write to it.
        public let isChecked: Bool
        /// Whether a link will do even so.
        public var allowsLink = false
        /// Where, from 1.
        public let line: Int
    }

    /// A reference to a key that a program gives.
    public struct Reference: Sendable {
        /// The alias of the provider that is asked.
        public let alias: String
        /// What is asked for.
        public let id: String
        /// Where, from 1.
        public let line: Int
    }

    /// The programs.
    public private(set) var programs: [Program] = []
    /// What they are asked for.
    public private(set) var references: [Reference] = []
    /// The variables that OpenClaw fills in wherever `${NAME}` stands, each with its line.
    public private(set) var variables: [(name: String, line: Int)] = []
    /// The lines of addresses of Cloudflare's gateway that lead nowhere, and why.
    public private(set) var addresses: [(line: Int, reason: String)] = []

    /// Reads a file.
    ///
    /// - Throws: ``ExportError``, ``SettingsError``.
    public init(_ file: AuditedFile, _ bytes: [UInt8]) throws {
        var repeated: [Int] = []
        switch (file.system, file.kind) {
        case (_, .environment), (_, .models), (_, .backup): break
        case (.loong, _): try readLoong(DocumentNode(toml: bytes, path: file.path), bytes, file.path)
        case (.codex, _): readCodex(try DocumentNode(toml: bytes, path: file.path))
        case (.claudeCode, _): readClaude(try DocumentNode(json5: bytes, repeated: &repeated))
        default:
            let root = try DocumentNode(json5: bytes, repeated: &repeated)
            for provider in Self.members(of: root["secrets"]?["providers"]) { readProvider(provider) }
            collect(root)
            if file.kind == .configuration { collectVariables(root) }
        }
    }

    private static func members(of node: DocumentNode?) -> [DocumentNode.Member] {
        if case .object(let members)? = node { members } else { [] }
    }

    /// One of OpenClaw's `secrets.providers`.
    private mutating func readProvider(_ provider: DocumentNode.Member) {
        guard provider.value["source"]?.text == "exec", case .string(let bytes, let line)? = provider.value["command"] else { return }
        let command = String(decoding: bytes, as: UTF8.self)
        var words = [command]
        if case .array(let arguments)? = provider.value["args"] { words += arguments.compactMap(\.text) }
        programs.append(
            Program(
                alias: provider.key, command: command, isWarder: words.contains("credential") && words.contains("openclaw"),
                isChecked: true, allowsLink: provider.value["allowSymlinkCommand"] != nil, line: line))
    }

    /// References anywhere below a node.
    private mutating func collect(_ node: DocumentNode) {
        switch node {
        case .array(let elements): for element in elements { collect(element) }
        case .object(let members):
            if node["source"]?.text == "exec", case .string(let id, let line)? = node["id"] {
                references.append(
                    Reference(alias: node["provider"]?.text ?? "default", id: String(decoding: id, as: UTF8.self), line: line))
            }
            for member in members { collect(member.value) }
        case .string, .other: break
        }
    }

    /// Names in capitals between `${` and `}`; after another dollar sign they stand for themselves.
    ///
    /// Source: openclaw/openclaw, src/config/env-substitution.ts.
    private mutating func collectVariables(_ node: DocumentNode) {
        switch node {
        case .array(let elements): for element in elements { collectVariables(element) }
        case .object(let members): for member in members { collectVariables(member.value) }
        case .string(let bytes, let line):
            var index = 0
            while index + 1 < bytes.count {
                defer { index += 1 }
                guard bytes[index] == UInt8(ascii: "$"), bytes[index + 1] == UInt8(ascii: "{") else { continue }
                let name = bytes[(index + 2)...].prefix(Self.maximumNameCount + 1).prefix { Self.isCapital($0) || (48...57).contains($0) }
                guard let first = name.first, Self.isCapital(first), name.count <= Self.maximumNameCount, name.endIndex < bytes.count,
                    bytes[name.endIndex] == UInt8(ascii: "}"), index == 0 || bytes[index - 1] != UInt8(ascii: "$")
                else { continue }
                variables.append((String(decoding: name, as: UTF8.self), line))
            }
        case .other: break
        }
    }

    private static let maximumNameCount = 64

    private static func isCapital(_ byte: UInt8) -> Bool { (65...90).contains(byte) || byte == UInt8(ascii: "_") }

    /// `apiKeyHelper` is a command line for a shell.
    private mutating func readClaude(_ root: DocumentNode) {
        guard case .string(let bytes, let line)? = root["apiKeyHelper"] else { return }
        let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\t" }.map { $0.filter { $0 != "'" && $0 != "\"" } }
        guard let command = words.first, !command.contains(where: { "$`;|&<>()=".contains($0) }) else { return }
        programs.append(
            Program(alias: nil, command: command, isWarder: words.contains("credential"), isChecked: false, line: line))
    }

    /// `[model_providers.NAME.auth] command = "…"`.
    private mutating func readCodex(_ root: DocumentNode) {
        for provider in Self.members(of: root["model_providers"]) {
            guard case .string(let bytes, let line)? = provider.value["auth"]?["command"] else { continue }
            let command = String(decoding: bytes, as: UTF8.self)
            programs.append(
                Program(
                    alias: nil, command: command, isWarder: PrivateFile.split(command).name.hasPrefix("warder"), isChecked: false,
                    line: line))
        }
    }

    /// `api_key = { exec = ["PROGRAM", …] }`, and the address of Cloudflare's gateway.
    private mutating func readLoong(_ root: DocumentNode, _ bytes: [UInt8], _ path: String) throws {
        for array in try TOMLStrings.arrays(named: "exec", bytes, file: path) {
            guard let command = array.elements.first else { continue }
            programs.append(
                Program(
                    alias: nil, command: command, isWarder: PrivateFile.split(command).name.hasPrefix("warder"), isChecked: false,
                    line: array.line))
        }
        let single = root["provider"].map { [(node: $0, line: 1)] } ?? []
        for (provider, header) in single + Self.members(of: root["providers"]).map({ ($0.value, $0.line) }) {
            guard case .string(let kind, let line)? = provider["kind"],
                ["cloudflare_ai_gateway", "cloudflare-ai-gateway", "cloudflare"].contains(String(decoding: kind, as: UTF8.self))
            else { continue }
            guard case .string(let text, let place)? = provider["base_url"] else {
                addresses.append((max(line, header), "there is no base_url, and loong's own leads to another provider"))
                continue
            }
            let url = String(decoding: text, as: UTF8.self)
            if url.contains("<") && url.contains(">") {
                addresses.append((place, "base_url has placeholders that nothing replaces"))
            } else if url.contains("/openai/compat") {
                addresses.append((place, "base_url ends in /openai/compat, which is a path of the provider openai"))
            }
        }
    }
}
