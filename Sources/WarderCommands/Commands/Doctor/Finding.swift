/// One thing that is not as it should be, and what cures it.
struct Finding {
    /// How bad it is.
    enum Severity: String {
        /// Something does not work, or is open to others.
        case error
        /// Something will not work some day, or is less safe than it could be.
        case warning
        /// Good to know. It does not make the check fail.
        case info
    }

    let code: Code
    /// What it is about: a secret, a variable, a consumer, a provider, a file's program. Never a value.
    let subject: String
    /// The file, absolute; nil for what is in no file.
    let path: String?
    /// The line in it, from 1.
    let line: Int?
    /// One line, without a value.
    let message: String
    /// What to do about it, one line.
    let fix: String
    /// That of its code, or less where less depends on it.
    let severity: Severity

    /// The closed set of findings. The words never change their meaning.
    enum Code: String, CaseIterable {
        case vaultMissing = "vault-missing"
        case vaultUnsafe = "vault-unsafe"
        case vaultLocked = "vault-locked"
        case vaultWrongKey = "vault-wrong-key"
        case vaultRolledBack = "vault-rolled-back"
        case vaultForked = "vault-forked"
        case vaultReplaced = "vault-replaced"
        case vaultCorrupt = "vault-corrupt"
        case vaultTooNew = "vault-too-new"
        case vaultUnreadable = "vault-unreadable"
        case auditBroken = "audit-broken"
        case keyFileMissing = "key-file-missing"
        case keyFileUnsafe = "key-file-unsafe"
        case keyFileBesideVault = "key-file-beside-vault"
        case promptNeeded = "prompt-needed"
        case secretExpired = "secret-expired"
        case secretRotateDue = "secret-rotate-due"
        case secretExpiring = "secret-expiring"
        case secretWithoutHosts = "secret-without-hosts"
        case settingsInvalid = "settings-invalid"
        case settingsUnsafe = "settings-unsafe"
        case projectNotAllowed = "project-not-allowed"
        case profileIncomplete = "profile-incomplete"
        case profileReserved = "profile-reserved"
        case modelNotAskable = "model-not-askable"
        case providerKeyMissing = "provider-key-missing"
        case providerInvalid = "provider-invalid"
        case consumerInvalid = "consumer-invalid"
        case consumerVariables = "consumer-variables"
        case consumerNotApplied = "consumer-not-applied"
        case consumerMissing = "consumer-missing"
        case consumerChanged = "consumer-changed"
        case consumerOutdated = "consumer-outdated"
        case consumerMoved = "consumer-moved"
        case consumerWide = "consumer-wide"
        case consumerUnsafe = "consumer-unsafe"
        case consumerUnconfirmed = "consumer-unconfirmed"
        case consumerUnitMissing = "consumer-unit-missing"
        case consumerUnserved = "consumer-unserved"
        case consumerForgotten = "consumer-forgotten"
        case fileWide = "file-wide"
        case fileUnreadable = "file-unreadable"
        case plaintextKey = "plaintext-key"
        case placeholderKey = "placeholder-key"
        case misplacedKey = "misplaced-key"
        case duplicateKey = "duplicate-key"
        case shadowedKey = "shadowed-key"
        case loginOnlyKey = "login-only-key"
        case variableMissing = "variable-missing"
        case variableLeftOut = "variable-left-out"
        case programMissing = "program-missing"
        case programUnsafe = "program-unsafe"
        case referenceMissing = "reference-missing"
        case gatewayAddress = "gateway-address"
        case tooMany = "too-many"

        var severity: Severity {
            switch self {
            case .secretWithoutHosts, .placeholderKey: .info
            case .variableLeftOut, .vaultLocked, .keyFileBesideVault, .promptNeeded, .secretRotateDue, .secretExpiring, .projectNotAllowed,
                .profileReserved,
                .consumerNotApplied, .consumerUnconfirmed, .consumerForgotten, .fileUnreadable, .plaintextKey, .duplicateKey,
                .loginOnlyKey, .tooMany:
                .warning
            default: .error
            }
        }
    }

    /// Two lines for people, where and what, then the cure; more where a terminal is narrower.
    ///
    /// - Parameters:
    ///   - width: the columns of the terminal.
    ///   - shown: how a path is shown.
    func text(width: Int, _ shown: (String) -> String) -> String {
        let place = path.map { shown($0) + (line.map { ":\($0)" } ?? "") + ": " } ?? ""
        return Self.wrapped("\(severity.rawValue): \(place)\(message) [\(code.rawValue)]", width, first: "", others: "    ")
            + Self.wrapped("fix: \(fix)", width, first: "  ", others: "       ")
    }

    /// Breaks between words, but for those of a command in backquotes.
    private static func wrapped(_ text: String, _ width: Int, first: String, others: String) -> String {
        var result = ""
        var line = first
        for word in words(text) {
            if line == first || line.count + 1 + word.count <= width {
                line += (line == first ? "" : " ") + word
            } else {
                result += line + "\n"
                line = others + word
            }
        }
        return result + line + "\n"
    }

    /// What stands between blanks; two in a row have an empty word between them.
    private static func words(_ text: String) -> [Substring] {
        var isCommand = false
        return text.split(omittingEmptySubsequences: false) { character in
            if character == "`" { isCommand.toggle() }
            return character == " " && !isCommand
        }
    }

    var json: JSON {
        .object([
            ("code", .string(code.rawValue)), ("severity", .string(severity.rawValue)), ("subject", .string(subject)),
            ("path", .text(path)),
            ("line", line.map { .number(UInt64($0)) } ?? .null), ("message", .string(message)), ("fix", .string(fix)),
        ])
    }
}
