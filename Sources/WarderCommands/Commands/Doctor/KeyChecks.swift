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
    private let cures: KeyCures

    init(_ examination: Examination, _ files: SystemFiles, _ managed: ManagedCopies) {
        self.examination = examination
        self.files = files
        self.managed = managed
        cures = KeyCures(examination)
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
            // What one import takes.
            let names = Set(found.map(\.name))
            for key in found where !managed.contains(key.name, in: file.path) {
                if file.kind == .backup { checkBackup(key, file) } else { check(key, file, names) }
            }
        }
    }

    private static func isKey(_ found: ImportReading.Found, in file: AuditedFile) -> Bool {
        guard file.isEnvironment || !found.name.contains("/") else { return true }
        return KnownVariables.namesKey(found.name)
    }

    private func check(_ found: ImportReading.Found, _ file: AuditedFile, _ names: Set<String>) {
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
                fix: cures.correcting(file, key, match))
        }
        switch match {
        case .none: add(.plaintextKey, "\(name) is here in plain text", fix: cures.taking(file, key, names))
        case .same(let secret):
            add(
                .duplicateKey, "\(name) is a copy of the secret \(secret): it stays when the key is rotated",
                fix: cures.replacement(file, key, secret, names))
        case .other(let secret):
            let reason = file.kind == .profiles ? "beats every variable" : "\(file.system.title) takes it"
            add(
                .shadowedKey, "\(name) is another value than the secret \(secret), and \(reason)",
                fix: cures.choosing(file, key, secret, names))
        }
    }

    /// A copy that no program reads, and people forget.
    private func checkBackup(_ found: ImportReading.Found, _ file: AuditedFile) {
        guard !Placeholder.matches(found.value) else { return }
        let name = examination.shownName(found.name) ?? "a key"
        func add(_ code: Finding.Code, _ message: String, fix: String) {
            examination.add(code, name, path: file.path, line: found.line, message, fix: fix)
        }
        switch examination.expectations.match(found.name, found.value, of: file.system) {
        case .none:
            add(
                .plaintextKey, "\(name) is in plain text in this backup",
                fix: "remove the file; if the vault should have the key, \(cures.importing(file)) first")
        case .same(let secret):
            add(.duplicateKey, "\(name) in this backup is a copy of the secret \(secret)", fix: "remove the file")
        case .other(let secret):
            add(
                .plaintextKey, "\(name) in this backup is another value than the secret \(secret)",
                fix: "remove the file; if that key is valid still, revoke it")
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
                fix: "write the value itself: `warder set \(name)`, then \(cures.replacement(file, name, nil, [name]))")
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
