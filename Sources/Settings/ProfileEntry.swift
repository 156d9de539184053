/// One variable of a profile: where its value comes from.
public struct ProfileEntry: Equatable, Sendable {
    /// Where a value comes from.
    public enum Kind: Equatable, Sendable {
        /// The value of the secret with this name.
        case secret(String)
        /// This text.
        case literal(String)
        /// These parts, joined.
        case template([TemplatePart])
    }

    /// The variable, `[A-Za-z_][A-Za-z0-9_]*`.
    public let name: String
    /// Where its value comes from.
    public let kind: Kind
    /// Whether a missing secret is an error. True unless the settings say otherwise.
    public let required: Bool
    /// The text that stands in for a missing secret.
    public let `default`: String?
    /// The line in ``file``, from 1.
    public let line: Int
    /// The path of the settings file.
    public let file: String

    /// Where its value comes from, in one line: project files hold names and texts, never values.
    public var shown: String {
        switch kind {
        case .secret(let name): "the secret \(name)"
        case .literal(let text): "\"\(text)\""
        case .template(let parts):
            parts.map { part in
                switch part {
                case .text(let text): text
                case .secret(let name): "${secret:\(name)}"
                case .provider(let name, let field): "${provider:\(name)/\(field.rawValue)}"
                }
            }.joined()
        }
    }

    /// The names of the secrets it needs, in order.
    public var secrets: [String] {
        switch kind {
        case .secret(let name): [name]
        case .literal: []
        case .template(let parts): parts.secrets
        }
    }
}

/// A named list of variables.
public struct Profile: Equatable, Sendable {
    /// `[profile.NAME]`
    public let name: String
    /// The profile whose entries come first, if any.
    public let extends: String?
    /// Its own entries, in the order of the file.
    public let entries: [ProfileEntry]
    /// The line of its header, or of `extends` if it has one, in ``file``.
    public let line: Int
    /// The path of the settings file.
    public let file: String
}
