internal import PrivateFiles

/// The texts of drop-ins for services. Everybody can read them, so they name files and never hold a value; and no file is optional, so
/// that a service without its secrets does not start.
enum DropIn {
    private static let note = "# Written by warder; `warder apply` replaces it.\n"
    private static let head = "\(note)[Service]\n"

    /// A drop-in that loads an environment file.
    ///
    /// - Throws: ``ExportError/Code/file(_:)`` with `.unsafe` for a path that systemd would read as something else.
    static func environmentFile(_ path: String) throws(ExportError) -> [UInt8] {
        Array("\(head)EnvironmentFile=\(try written(path))\n".utf8)
    }

    /// A drop-in that decrypts credentials.
    ///
    /// - Parameters:
    ///   - files: the name under which the service finds each credential, and the encrypted file. A name twice is refused.
    ///   - isRefreshing: whether a reload gives a running service the new ones; see ``SystemdAbilities/refreshesCredentials``.
    /// - Throws: as ``environmentFile(_:)``; ``ExportError/Code/invalidName``.
    static func credentials(_ files: [(id: String, path: String)], isRefreshing: Bool) throws(ExportError) -> [UInt8] {
        var text = head
        var seen: Set<String> = []
        for file in files {
            try CredentialName.check(file.id)
            guard seen.insert(file.id).inserted else { throw ExportError(.invalidName, "the credential \(file.id) is there twice") }
            // systemd 257 takes such a path, and then hands another one to the process that is to read it.
            guard !file.path.utf8.contains(where: " \"'".utf8.contains) else { throw unreadable(file.path) }
            text += "LoadCredentialEncrypted=\(file.id):\(try written(file.path))\n"
        }
        if isRefreshing { text += "RefreshOnReload=credentials\n" }
        return Array(text.utf8)
    }

    /// A drop-in that loads credentials from the daemon, which has them in memory.
    ///
    /// systemd mounts an empty file where the daemon closes a connection without a word, as it does when it dies. So each file is looked at
    /// first, by the service's own user within its own limits: what runs with more rights would also run with the service's variables.
    /// Behind `$$` stands the shell's `$`; behind `%d` the unit's directory of credentials.
    ///
    /// - Parameters:
    ///   - names: the names under which the service finds them.
    ///   - scope: whose service it is.
    ///   - isRefreshing: as for ``credentials(_:isRefreshing:)``.
    /// - Throws: ``ExportError/Code/invalidName``.
    static func socket(_ names: [String], _ scope: SystemdScope, isRefreshing: Bool) throws(ExportError) -> [UInt8] {
        var text = "\(note)[Unit]\nWants=\(CredentialSocket.unit)\nAfter=\(CredentialSocket.unit)\n[Service]\n"
        for name in names {
            try CredentialName.check(name)
            text += "LoadCredential=\(name):\(CredentialSocket.setting(scope))\n"
        }
        let guarding = "for file do [ -s \"$$file\" ] || { echo \"warder: no credential $${file##*/}\" >&2; exit 1; }; done"
        text += "ExecStartPre=/bin/sh -c '\(guarding)' sh \(names.map { "%d/\($0)" }.joined(separator: " "))\n"
        if isRefreshing { text += "RefreshOnReload=credentials\n" }
        return Array(text.utf8)
    }

    /// A path as both directives take it: verbatim, but with specifiers, and for `EnvironmentFile=` with patterns, in which a backslash
    /// quotes. Blanks and quotes inside are ordinary characters.
    ///
    /// Source: systemd `config_parse_unit_env_file()`, `config_parse_load_credential()`, measured.
    private static func written(_ path: String) throws(ExportError) -> String {
        let isPlain = path.unicodeScalars.allSatisfy {
            !"*?[]\\".unicodeScalars.contains($0) && $0.properties.generalCategory != .control
        }
        let components = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isNormal = components.allSatisfy { !["", ".", ".."].contains($0) }
        guard path.hasPrefix("/"), isPlain, isNormal, path.utf8.last != UInt8(ascii: " "), path.utf8.count < maximumPathByteCount,
            Obstacle.toUTF8(Array(path.utf8)) == nil
        else {
            throw unreadable(path)
        }
        return path.replacing("%", with: "%%")
    }

    /// Bytes of a path, with its final NUL. Source: `PATH_MAX`, limits.h.
    private static let maximumPathByteCount = 4096

    private static func unreadable(_ path: String) -> ExportError {
        ExportError(.file(.unsafe), "\(printable(path)): systemd would read this path as something else")
    }

    /// The path without what would break a message's line.
    private static func printable(_ path: String) -> String {
        String(String.UnicodeScalarView(path.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}

/// The name under which a service finds a credential: a file name of `[A-Za-z0-9_.-]`, 1 to 255 bytes. Versions of systemd differ on
/// all other characters.
enum CredentialName {
    /// - Throws: ``ExportError/Code/invalidName``.
    static func check(_ text: String) throws(ExportError) {
        let isPlain = text.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        guard isPlain, 1...255 ~= text.utf8.count, text != ".", text != ".." else {
            throw ExportError(
                .invalidName, "that is not the name of a credential", hint: "it has letters, digits and \"_.-\", and at most 255 bytes")
        }
    }
}
