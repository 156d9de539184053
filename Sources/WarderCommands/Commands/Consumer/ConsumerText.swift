internal import Exporter
internal import Settings

/// A consumer, for people and for programs.
enum ConsumerText {
    /// Where its copy is.
    static func place(_ settings: ConsumerSettings) -> String {
        settings.path ?? settings.unit.map { "\($0) (\(settings.scope.rawValue))" } ?? ""
    }

    /// What happens when its copy has changed.
    static func change(_ settings: ConsumerSettings) -> String {
        switch settings.onChange {
        case .nothing: "none"
        case .restart: "restart"
        case .reload: "reload"
        case .run(let words): "exec \(words.first ?? "")"
        }
    }

    /// What the settings say of it.
    static func fields(_ settings: ConsumerSettings) -> [(String, JSON)] {
        [
            ("name", .string(settings.name)), ("format", .string(settings.format)), ("path", .text(settings.path)),
            ("unit", .text(settings.unit)), ("scope", .string(settings.scope.rawValue)), ("owner", .text(settings.owner)),
            ("profile", .string(settings.profile)), ("only", .array(settings.only.map(JSON.string))),
            ("except", .array(settings.except.map(JSON.string))),
            ("names", .object(settings.names.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            ("on_change", .string(change(settings))), ("file", .string(settings.file)), ("line", .number(UInt64(settings.line))),
        ]
    }

    /// What it holds.
    static func held(_ copy: HeldCopy?) -> JSON {
        guard let copy else { return .null }
        let variables = copy.variables.map { variable in
            let secrets = variable.secrets.map { JSON.object([("name", .string($0.name)), ("generation", .number($0.generation))]) }
            return JSON.object([("name", .string(variable.name)), ("secrets", .array(secrets))])
        }
        return .object([("applied", .time(copy.given)), ("format", .string(copy.format)), ("variables", .array(variables))])
    }
}
