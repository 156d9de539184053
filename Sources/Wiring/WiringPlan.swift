internal import Exporter
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

    /// A plan that sets members of a JSON5 document.
    ///
    /// - Parameters:
    ///   - forbidden: members that would lead the key elsewhere.
    ///   - edit: sets them.
    static func json5(
        _ system: WiredSystem, file: String, forbidden: [[String]] = [],
        _ edit: @escaping @Sendable (inout JSON5Editor) throws(WiringError) -> Void
    ) -> WiringPlan {
        WiringPlan(system, file: file) { bytes throws(WiringError) in
            var editor = try JSON5Editor(bytes)
            for path in forbidden where try editor.value(at: path) != nil { throw Self.diversion(path) }
            try edit(&editor)
            return editor.edited
        }
    }

    /// A plan that sets keys of a TOML document.
    static func toml(
        _ system: WiredSystem, file: String, forbidden: [[String]],
        _ values: [(table: [String], key: String, value: ConfigurationValue)]
    ) -> WiringPlan {
        WiringPlan(system, file: file) { bytes throws(WiringError) in
            var text = String(decoding: bytes, as: UTF8.self)
            var edited = Edited(bytes: bytes)
            var diversion: [String]?
            do throws(SettingsError) {
                for path in forbidden where try SettingsEditor.has(path, in: text) { diversion = path }
                for (table, key, value) in values {
                    let path = table + [key]
                    let old = try SettingsEditor.has(path, in: text) ? Edited.shown(path, SettingsEditor.string(path, in: text)) : nil
                    let changed = try SettingsEditor.set(table: table, key: key, to: value.toml, in: text, file: "the file")
                    edited.paths.append(path)
                    guard let splice = Splice.ofLines(Array(text.utf8), Array(changed.utf8)) else { continue }
                    edited.splices.append(splice)
                    edited.note(path, value, replacing: try SettingsEditor.has(path, in: text) ? .some(old) : nil)
                    text = changed
                }
            } catch { throw WiringError(.invalid, error.reason) }
            if let diversion { throw Self.diversion(diversion) }
            edited.bytes = Array(text.utf8)
            return edited
        }
    }

    private static func diversion(_ path: [String]) -> WiringError {
        WiringError(.conflict, "\(path.joined(separator: ".")) stands in it, and leads elsewhere than Warder's part", hint: "take it out")
    }
}

extension WiredSystem {
    /// Whether two configurations read alike, whatever stands at some paths in either.
    func isSame(_ left: [UInt8], _ right: [UInt8], butFor paths: [[String]]) throws(WiringError) -> Bool {
        switch self {
        case .fased, .genesis, .openclaw, .claudeCode, .aiGatewayProvider:
            do throws(ExportError) {
                return try JSON5Parser.parse(left).isSame(as: JSON5Parser.parse(right), butFor: paths.map { $0[...] })
            } catch { throw WiringError(.invalid, error.description) }
        case .loong, .codex:
            do throws(SettingsError) {
                return try SettingsEditor.isSame(
                    String(decoding: left, as: UTF8.self), String(decoding: right, as: UTF8.self), butFor: paths)
            } catch { throw WiringError(.invalid, error.reason) }
        case .dockerAgent:
            for path in paths where path.count == 2 { return try YAMLBlock.isSame(left, right, butFor: path[0], path[1]) }
            return left == right
        }
    }
}
