internal import ChildProcesses
internal import Glibc
internal import PrivateFiles
internal import SodiumCrypto

/// The store of `pass`: one encrypted file for each entry, of which the first line is the value.
///
/// Source: https://www.passwordstore.org
public struct PasswordStore: Sendable {
    private let directory: String
    private let environment: [String: String]

    /// The variables of this process that count: where things are, and what gpg and its agent need to ask for a passphrase.
    public static let inherited = [
        "HOME", "USER", "LOGNAME", "PATH", "LANG", "TERM", "GNUPGHOME", "GPG_TTY", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
        "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "PASSWORD_STORE_DIR", "PASSWORD_STORE_GPG_OPTS",
    ]

    /// - Parameter environment: the environment of this process: `PASSWORD_STORE_DIR`, and what gpg and its agent need.
    public init(environment: [String: String]) {
        directory = environment["PASSWORD_STORE_DIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(environment["HOME"] ?? "")/.password-store"
        self.environment = environment.filter { Self.inherited.contains($0.key) }
    }

    /// Reads all entries at or below a prefix.
    ///
    /// - Parameter prefix: a path in the store, or `.` for all of it.
    /// - Throws: ``ExportError/Code/file(_:)`` if there is no such entry, no pass, or no entry that pass can read;
    ///   ``ExportError/Code/invalidName`` for a path that leads out of the store.
    public func read(_ prefix: String) throws(ExportError) -> ImportReading {
        let parts = prefix.split(separator: "/", omittingEmptySubsequences: false)
        guard prefix == "." || !parts.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }), !prefix.utf8.contains(0) else {
            throw ExportError(.invalidName, "an entry of pass is a path in its store, such as api/openai")
        }
        guard let pass = ChildProcess.find("pass", in: GitWorkTree.searchPath()) else {
            throw ExportError(.file(.notFound), "pass is not installed")
        }
        var reading = ImportReading("entries of pass")
        let names = entries(prefix, &reading).sorted()
        guard !names.isEmpty || !reading.left.isEmpty else {
            throw ExportError(.file(.notFound), "pass has no entry at or below that path")
        }
        var failures = 0
        for name in names where try !read(name, with: pass, &reading) { failures += 1 }
        guard failures == 0 || failures < names.count else {
            throw ExportError(.file(.io), "pass can read none of these entries", hint: "try: pass show NAME")
        }
        return reading
    }

    // MARK: Entries

    /// The names of the entries, without following symbolic links.
    private func entries(_ prefix: String, _ reading: inout ImportReading) -> [String] {
        var names: [String] = []
        if prefix != ".", isFile("\(directory)/\(prefix).gpg", S_IFREG) { names.append(prefix) }
        var pending = [prefix == "." ? "" : prefix]
        while let path = pending.popLast() {
            let place = path.isEmpty ? directory : "\(directory)/\(path)"
            guard path.isEmpty || isFile(place, S_IFDIR) else { continue }
            for file in list(place) where !file.hasPrefix(".") {
                let inner = path.isEmpty ? file : "\(path)/\(file)"
                let isEntry = file.hasSuffix(".gpg")
                if isFile("\(directory)/\(inner)", S_IFLNK) {
                    reading.left.append(.init(nil, Self.valid(inner), "a symbolic link in the store"))
                } else if isEntry, isFile("\(directory)/\(inner)", S_IFREG) {
                    names.append(String(inner.dropLast(4)))
                } else if isFile("\(directory)/\(inner)", S_IFDIR) {
                    pending.append(inner)
                }
            }
        }
        return names
    }

    private func isFile(_ path: String, _ type: mode_t) -> Bool {
        var info = stat()
        return unsafe lstat(path, &info) == 0 && info.st_mode & S_IFMT == type
    }

    private func list(_ path: String) -> [String] {
        guard let stream = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { buffer in unsafe Array(buffer.prefix { $0 != 0 }) }
            if let name = String(validating: bytes, as: UTF8.self) { names.append(name) }
        }
        return names
    }

    // MARK: Values

    /// Reads one entry. False if pass cannot.
    private func read(_ name: String, with pass: String, _ reading: inout ImportReading) throws(ExportError) -> Bool {
        guard let secretName = Self.valid(name) else {
            reading.left.append(.init(nil, nil, "an entry whose name no secret can have"))
            return true
        }
        var process = ChildProcess(pass, ["show", "--", name], environment: environment)
        // Somebody may have to type a passphrase.
        process.timeLimit = 120
        process.maximumOutput = 2 << 20
        guard let outcome = try? process.run(), outcome.status == 0 else {
            reading.left.append(.init(nil, secretName, "pass cannot read it"))
            return false
        }
        let value: SecretValue?
        do {
            value = try outcome.output.bytes.withBytes { span in
                let end = span.byteOffsets.first { span[$0] == UInt8(ascii: "\n") } ?? span.byteCount
                let rest = span.byteOffsets.dropFirst(end).contains { !" \t\r\n".utf8.contains(span[$0]) }
                if rest { reading.left.append(.init(nil, secretName, "what stands below its first line")) }
                return end == 0 ? nil : SecretValue(try SecretBytes(copying: span.extracting(0..<end)))
            }
        } catch {
            throw ExportError(.file(.io), "not enough memory")
        }
        guard let value else {
            reading.left.append(.init(nil, secretName, "its first line is empty"))
            return true
        }
        if secretName != name { reading.remarks.append("\(secretName): in pass its name has characters that no secret's name has") }
        reading.found.append(.init(secretName, value, line: nil))
        return true
    }

    /// A name of pass with `-` for what a secret's name cannot have.
    static func valid(_ name: String) -> String? {
        var segments: [String] = []
        for part in name.split(separator: "/", omittingEmptySubsequences: false) {
            var segment = ""
            for scalar in part.unicodeScalars {
                let isPlain = scalar.isASCII && (isNameByte(UInt8(scalar.value)) || scalar == "." || scalar == "-")
                segment.append(isPlain ? Character(scalar) : "-")
            }
            segment = String(segment.drop { !$0.isLetter && !$0.isNumber })
            while segment.last == "-" { segment.removeLast() }
            guard !segment.isEmpty else { return nil }
            segments.append(segment)
        }
        let result = segments.joined(separator: "/")
        return result.utf8.count <= 256 ? result : nil
    }
}
