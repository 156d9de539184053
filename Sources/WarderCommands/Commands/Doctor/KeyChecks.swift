internal import Exporter
internal import Keystore
internal import Resolver
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// Keys in the systems' own files: in plain text, readable by others, copies of the vault's, or others that win over them.
struct KeyChecks {
    private let examination: Examination
    private let files: SystemFiles
    private let managed: ManagedCopies

    init(_ examination: Examination, _ files: SystemFiles, _ managed: ManagedCopies) {
        self.examination = examination
        self.files = files
        self.managed = managed
    }

    func run() {
        for content in files.contents {
            let file = content.file
            let found = content.reading?.found.filter { Self.isKey($0, in: file) } ?? []
            if content.isWide, !found.isEmpty || content.reading == nil {
                examination.add(
                    .fileWide, file.path, path: file.path, "others can read or write the keys in this file",
                    fix: "\(examination.privacy(file.path)); replace the keys if others might have read them")
            }
            for left in content.reading?.left ?? [] { check(left, file) }
            if file.kind == .environment, file.system.isOpenClaw { checkLeftOut(file) }
            for key in found where !managed.contains(key.name, in: file.path) { check(key, file) }
        }
    }

    private static func isKey(_ found: ImportReading.Found, in file: AuditedFile) -> Bool {
        guard file.kind == .environment || !found.name.contains("/") else { return true }
        return KnownVariables.namesKey(found.name)
    }

    private func check(_ found: ImportReading.Found, _ file: AuditedFile) {
        let key = file.kind == .models && found.name.hasPrefix("providers/") ? String(found.name.dropFirst("providers/".count)) : found.name
        // A name that came from a file may be a value in the wrong place.
        let name = examination.shownName(key) ?? "a key"
        func add(_ code: Finding.Code, _ message: String, fix: String) {
            examination.add(code, name, path: file.path, line: found.line, message, fix: fix)
        }
        let match = examination.expectations.match(key, found.value, of: file.system)
        if Placeholder.matches(found.value) {
            guard key.hasPrefix(Catalogue.gateway), case .none = match else { return }
            return add(
                .placeholderKey, "\(name) is a placeholder: with keys stored at the gateway it takes their place and is refused",
                fix: "leave the key out if the gateway has it stored")
        }
        if let wanted = KeyKind.belonging(to: key, system: file.system), let clash = wanted.clash(with: found.value) {
            return add(
                .misplacedKey, "\(name) is \(clash.words), and \(wanted.words) belongs there",
                fix: "put the right key into the vault, and none here: \(cure(file, key))")
        }
        switch match {
        case .none: add(.plaintextKey, "\(name) is here in plain text", fix: cure(file, key))
        case .same(let secret):
            add(
                .duplicateKey, "\(name) is a copy of the secret \(secret): it stays when the key is rotated",
                fix: replacement(file, key, secret))
        case .other(let secret):
            let reason = file.kind == .profiles ? "beats every variable" : "\(file.system.title) takes it"
            add(.shadowedKey, "\(name) is another value than the secret \(secret), and \(reason)", fix: replacement(file, key, secret))
        }
    }

    /// A key where a name belongs, or the reverse.
    private func check(_ left: ImportReading.Left, _ file: AuditedFile) {
        guard [ImportReading.Left.nameForKey, ImportReading.Left.keyForName].contains(left.reason) else { return }
        let name = left.name.flatMap(examination.shownName) ?? "a key"
        let isName = left.reason == ImportReading.Left.nameForKey
        examination.add(
            .misplacedKey, name, path: file.path, line: left.lines?.lowerBound,
            isName
                ? "\(name) is the name of a variable, which is sent as the key"
                : "\(name) should be the name of a variable, and is something else: the key itself, it may be",
            fix: isName
                ? "`warder wire \(file.system.rawValue)`, which refers to the key" : "put the name there, and replace the key if it was one"
        )
    }

    /// What stands in the file, and the system's services do not take.
    private func checkLeftOut(_ file: AuditedFile) {
        guard let content = examination.file(file.path), let all = try? ImportFormat.named("dotenv-js").read(content),
            let taken = try? file.format.read(content)
        else { return }
        let names = Set(taken.found.map(\.name))
        for found in all.found where KnownVariables.namesKey(found.name) && !names.contains(found.name) {
            guard let name = examination.shownName(found.name) else { continue }
            examination.add(
                .variableLeftOut, name, path: file.path, line: found.line,
                "\(name) is not taken by services of \(file.system.title): it is blank, or refers to another variable",
                fix: "write the value itself: `warder set \(name)`, then \(replacement(file, name))")
        }
    }

    /// How what is only here comes into the vault, and back as a reference or a copy.
    private func cure(_ file: AuditedFile, _ key: String) -> String {
        let word = examination.word(file.path)
        switch (file.kind, file.system) {
        case (.models, _): return replacement(file, key)
        case (.environment, .dockerAgent): return "`warder import \(word) --format docker-agent`, then \(replacement(file, key))"
        case (.environment, _): return "`warder import \(word) --format openclaw`, then \(replacement(file, key))"
        // Told by its name, which this one does not have.
        case (_, .claudeCode) where !file.path.hasSuffix("/.claude/settings.json"):
            return "`warder import \(word) --format claude-code-config`, then \(replacement(file, key))"
        case (_, .codex) where !file.path.hasSuffix("/.codex/config.toml"):
            return "`warder import \(word) --format codex-config`, then \(replacement(file, key))"
        default: return "`warder import \(word)`, then \(replacement(file, key))"
        }
    }

    private func wire(_ file: AuditedFile, _ key: String) -> String {
        let parts = key.split(separator: "/")
        let provider = parts.count == 2 ? examination.shownName(String(parts[0])) : key.hasPrefix("ANTHROPIC_") ? "anthropic" : nil
        return "`warder wire \(file.system.rawValue) --model \(provider ?? "PROVIDER")/MODEL`"
    }

    /// How the vault's own value takes the place.
    private func replacement(_ file: AuditedFile, _ key: String, _ secret: String? = nil) -> String {
        switch file.kind {
        case .backup: return "remove the file"
        case .models: return "cure the configuration, then remove the file: \(file.system.title) makes it anew"
        case .environment:
            let known = examination.session.consumers.first { $0.path.map(examination.directories.expand) == file.path }
            if let known {
                let entries = (try? examination.settings.entries(ofProfile: known.profile)) ?? nil
                let name = examination.shownName(known.names[key] ?? key) ?? "NAME"
                let lacks = entries.map { !$0.contains { $0.name == name } } ?? false
                let entry = lacks ? "\(name) = \"secret:\(secret ?? name)\" in [profile.\(known.profile)], " : ""
                return "\(entry)`warder apply --replace \(known.name)`"
            }
            let path = file.system == .dockerAgent ? " --path \(examination.word(file.path))" : ""
            return "`warder consumer add \(file.system.rawValue)\(path)`, `warder apply --replace \(file.system.rawValue)`"
        // A variable that the program does not read itself, but what it starts.
        case .configuration where [.claudeCode, .codex].contains(file.system) && !key.contains("/") && !key.hasPrefix("ANTHROPIC_"):
            return "take the line out, and start the program with `warder run -- \(file.system == .codex ? "codex" : "claude")`"
        case .profiles: return "take the profile out, then \(wire(file, key))"
        // A key that stands there would win.
        case .configuration where [.claudeCode, .codex].contains(file.system): return "take the line out, then \(wire(file, key))"
        case .configuration: return "\(wire(file, key)), and take the line out if it stays"
        }
    }
}

/// Texts that people write where a key is demanded and none is needed.
enum Placeholder {
    private static let texts: Set = [
        "unused", "placeholder", "dummy", "none", "null", "n/a", "na", "x", "xx", "xxx", "test", "todo", "changeme", "not-needed", "no-key",
        "not-used", "stored", "empty", "local", "ollama", "ollama-local", "lmstudio", "vllm", "custom-local", "your-api-key",
        "your_api_key",
    ]

    static func matches(_ value: SecretValue) -> Bool {
        value.count <= 16 && texts.contains(String(decoding: value.reveal(), as: UTF8.self).lowercased())
    }
}
