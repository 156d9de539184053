internal import Exporter
internal import Settings

/// What wiring a program takes: changes of its configuration, variables that it needs, and what is left to its user.
public struct WiringPlan: Sendable {
    /// The program.
    public let system: WiredSystem
    /// Its configuration.
    public let file: String
    /// The names of the secrets that the references lead to.
    public let secrets: [String]
    /// A profile that the program needs, which its variables are.
    public var profile: (name: String, variables: [(name: String, reference: String)])?
    /// A consumer that gets that profile.
    public var consumer: (name: String, format: String, path: String)?
    /// What its user has to know or to do, a line each.
    public var notes: [String] = []
    /// Secrets that go to another host than the resolver's address.
    public var hosts: [(secret: String, host: String)] = []
    /// How its configuration is written.
    let kind: ForeignDocument
    /// The configuration with the references in it, and the changes.
    let edit: @Sendable ([UInt8]) throws(WiringError) -> (bytes: [UInt8], splices: [Splice])

    init(
        _ system: WiredSystem, file: String, secrets: [String],
        edit: @escaping @Sendable ([UInt8]) throws(WiringError) -> (bytes: [UInt8], splices: [Splice])
    ) {
        (self.system, self.file, self.secrets, self.kind, self.edit) = (system, file, secrets, system.kind, edit)
    }

    /// A plan that sets members of a JSON5 document.
    static func json5(
        _ system: WiredSystem, file: String, secrets: [String], _ edit: @escaping @Sendable (inout JSON5Editor) throws(WiringError) -> Void
    ) -> WiringPlan {
        WiringPlan(system, file: file, secrets: secrets) { bytes throws(WiringError) in
            var editor = try JSON5Editor(bytes)
            try edit(&editor)
            return (editor.bytes, editor.splices)
        }
    }

    /// A plan that sets keys of a TOML document.
    static func toml(
        _ system: WiredSystem, file: String, secrets: [String], _ values: [(table: [String], key: String, value: ConfigurationValue)]
    ) -> WiringPlan {
        WiringPlan(system, file: file, secrets: secrets) { bytes throws(WiringError) in
            var text = String(decoding: bytes, as: UTF8.self)
            var splices: [Splice] = []
            for (table, key, value) in values {
                let changed: String
                do throws(SettingsError) {
                    changed = try SettingsEditor.set(table: table, key: key, to: value.toml, in: text, file: "the file")
                } catch { throw WiringError(.invalid, error.reason) }
                if let splice = Splice.between(Array(text.utf8), Array(changed.utf8)) { splices.append(splice) }
                text = changed
            }
            return (Array(text.utf8), splices)
        }
    }
}

extension WiredSystem {
    /// How its configuration is written.
    var kind: ForeignDocument {
        switch self {
        case .fased, .genesis, .openclaw, .claudeCode, .aiGatewayProvider: .json5
        case .loong, .codex: .toml
        case .dockerAgent: .yaml
        }
    }
}
