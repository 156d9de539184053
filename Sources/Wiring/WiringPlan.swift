internal import Exporter
internal import Foundation
internal import Settings

/// What wiring a program takes: changes of its configuration, variables that it needs, and what is left to its user.
public struct WiringPlan: Sendable {
    /// The program.
    public let system: WiredSystem
    /// Its configuration.
    public let file: String
    /// A profile that the program needs, which its variables are.
    public var profile: (name: String, variables: [(name: String, reference: String)])?
    /// A consumer that gets that profile.
    public var consumer: (name: String, format: String, path: String)?
    /// What its user has to know or to do, a line each.
    public var notes: [String] = []
    /// Secrets that go to another host than the resolver's address.
    public var hosts: [(secret: String, host: String)] = []
    /// The configuration with the references in it.
    let edit: @Sendable ([UInt8]) throws(WiringError) -> Edited

    init(_ system: WiredSystem, file: String, edit: @escaping @Sendable ([UInt8]) throws(WiringError) -> Edited) {
        (self.system, self.file, self.edit) = (system, file, edit)
    }

    /// Variables that the profile must not have beside these: they would take a key elsewhere, or another key here.
    public var excluded: [String] = []

    /// A plan that sets members of a JSON5 document.
    static func json5(
        _ system: WiredSystem, file: String, _ edit: @escaping @Sendable (inout JSON5Editor) throws(WiringError) -> Void
    ) -> WiringPlan {
        WiringPlan(system, file: file) { bytes throws(WiringError) in
            var editor = try JSON5Editor(bytes)
            try edit(&editor)
            return editor.edited
        }
    }

    /// A plan that sets keys of a TOML document.
    ///
    /// - Parameters:
    ///   - table: the table of the provider, which must not lead the key elsewhere by other keys.
    ///   - values: what is set.
    static func toml(
        _ system: WiredSystem, file: String, table: [String], _ values: [(table: [String], key: String, value: ConfigurationValue)]
    ) -> WiringPlan {
        WiringPlan(system, file: file) { bytes throws(WiringError) in
            var text = String(decoding: bytes, as: UTF8.self)
            var edited = Edited(bytes: bytes)
            var diversion: String?
            do throws(SettingsError) {
                let own = Set(values.filter { $0.table == table }.map(\.key))
                diversion = try SettingsEditor.keys(of: table, in: text).first { !own.contains($0) && Diversion.isOne($0) }
                for (place, key, value) in values where diversion == nil {
                    let path = place + [key]
                    let old = try SettingsEditor.notation(path, in: text)
                    var depth = 0
                    while depth < path.count, try SettingsEditor.has(Array(path[...depth]), in: text) { depth += 1 }
                    edited.changes.append(
                        .init(path: path, old: old.map { Data($0.utf8) }, new: SettingsEditor.notation(of: value.toml), depth: depth))
                    let changed = try SettingsEditor.set(table: place, key: key, to: value.toml, in: text, file: "the file")
                    guard changed != text else { continue }
                    let shown = old == nil ? nil : Optional.some(Edited.shown(path, try SettingsEditor.string(path, in: text)))
                    edited.note(path, value, replacing: shown)
                    text = changed
                }
            } catch { throw WiringError(.invalid, error.reason) }
            if let diversion { throw Diversion.error(table + [diversion]) }
            edited.bytes = Array(text.utf8)
            return edited
        }
    }
}

/// Keys of a provider's entry that are not Warder's and lead its key elsewhere, or another one here.
enum Diversion {
    private static let parts = [
        "key", "token", "header", "endpoint", "auth", "url", "uri", "path", "secret", "proxy", "query", "env", "request", "include", "host",
    ]

    /// Whether a key, in whatever case, may be one.
    static func isOne(_ key: String) -> Bool {
        let key = key.lowercased()
        return parts.contains { key.contains($0) }
    }

    static func error(_ path: [String]) -> WiringError {
        WiringError(
            .conflict, "\(path.joined(separator: ".")) stands in it, and may lead elsewhere than Warder's part",
            hint: "take it out, and try again")
    }
}

extension WiredSystem {
    /// A configuration without what was changed, all of it or nothing.
    ///
    /// - Throws: ``WiringError/Code/conflict`` if a part of it is not what Warder wrote any more.
    func undo(_ changes: [Edited.Change], in bytes: [UInt8]) throws(WiringError) -> [UInt8] {
        switch self {
        case .fased, .genesis, .openclaw, .claudeCode, .aiGatewayProvider:
            var editor = try JSON5Editor(bytes)
            try editor.undo(changes)
            return editor.edited.bytes
        case .loong, .codex:
            var changed: [String]?
            let text: String
            do throws(SettingsError) { text = try Self.undo(changes, in: String(decoding: bytes, as: UTF8.self), &changed) } catch {
                throw WiringError(.invalid, error.reason)
            }
            if let changed { throw .changed(changed) }
            return Array(text.utf8)
        case .dockerAgent: return try YAMLBlock.remove(changes, from: bytes)
        }
    }

    /// - Parameter changed: gets the path of a value that is not Warder's any more, if there is one.
    private static func undo(_ changes: [Edited.Change], in text: String, _ changed: inout [String]?) throws(SettingsError) -> String {
        var text = text
        for change in changes.reversed() {
            let path = change.path
            guard let now = try SettingsEditor.notation(path, in: text) else { continue }
            let old = change.old.map { String(decoding: $0, as: UTF8.self) }
            if let old, SettingsEditor.isSame(notation: now, as: old) { continue }
            guard SettingsEditor.isSame(notation: now, as: change.new) else {
                if change.isChoice { continue }
                changed = path
                return text
            }
            if let old {
                text = try SettingsEditor.replace(path, with: old, in: text)
            } else {
                let table = Array(path.dropLast())
                text = try SettingsEditor.remove(table: table, key: path[path.count - 1], in: text, file: "the file")
                if change.depth < table.count, try SettingsEditor.has(table, in: text), try SettingsEditor.keys(of: table, in: text).isEmpty
                {
                    text = try SettingsEditor.remove(table: table, in: text, file: "the file")
                }
            }
        }
        return text
    }
}
