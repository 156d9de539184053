internal import Foundation
internal import PrivateFiles
public import Settings
internal import SodiumCrypto

/// What Warder has changed in a program's configuration, so that it can be taken back: places and bytes, names of secrets, never a value.
public struct WiringRecord: Codable, Equatable, Sendable {
    /// The program.
    public let system: String
    /// Its configuration.
    public let file: String
    /// Whether there was no such file before.
    let isNewFile: Bool
    /// What was changed, in this order.
    var changes: [Change]
    /// The table `[profile.NAME]` that was made for it.
    public internal(set) var profile: String?
    /// The table `[consumer.NAME]` that was made for it.
    public internal(set) var consumer: String?

    /// A change of one place; what was removed may hold secrets, which are named.
    struct Change: Codable, Equatable, Sendable {
        let offset: Int
        let removed: [Piece]
        let inserted: Data
    }

    /// A part of what was removed.
    enum Piece: Codable, Equatable, Sendable {
        case bytes(Data)
        /// The value of this secret.
        case secret(String)
    }

    /// The record's place.
    static func path(_ system: WiredSystem, _ directories: UserDirectories) -> String {
        "\(directory(directories))/\(system.rawValue).json"
    }

    static func directory(_ directories: UserDirectories) -> String { "\(directories.state)/warder/wired" }

    /// The record of a program, or nil if it is not wired.
    ///
    /// - Throws: ``WiringError/Code/invalid`` if it cannot be read.
    public static func read(_ system: WiredSystem, _ directories: UserDirectories) throws(WiringError) -> WiringRecord? {
        let path = path(system, directories)
        let bytes: [UInt8]
        do throws(FileError) { bytes = try PrivateFile.readTrusted(path, maximum: 16 << 20) } catch {
            if error.code == .notFound { return nil }
            throw WiringError(error)
        }
        guard let record = try? JSONDecoder().decode(WiringRecord.self, from: Data(bytes)), record.system == system.rawValue else {
            throw WiringError(.invalid, "\(path): is no record of a wiring", hint: "remove it, and take the changes out by hand")
        }
        return record
    }

    func write(_ system: WiredSystem, _ directories: UserDirectories) throws(WiringError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { throw WiringError(.io, "the record of the wiring cannot be written") }
        do throws(FileError) {
            try PrivateFile.makeDirectory(Self.directory(directories))
            try PrivateFile.write(Array(data), to: Self.path(system, directories), existing: .replace)
        } catch { throw WiringError(error) }
    }

    static func remove(_ system: WiredSystem, _ directories: UserDirectories) throws(WiringError) {
        do throws(FileError) { try PrivateFile.remove(path(system, directories)) } catch { throw WiringError(error) }
    }

    /// The secrets that undoing it writes back.
    public var secrets: [String] {
        changes.flatMap(\.removed).compactMap { piece in
            if case .secret(let name) = piece { name } else { nil }
        }
    }
}

extension WiringRecord.Change {
    /// - Parameters:
    ///   - splice: the change.
    ///   - secrets: what may be in what it removes.
    init(_ splice: Splice, secrets: [String: SecretValue]) {
        var pieces: [WiringRecord.Piece] = []
        var rest = splice.removed[...]
        var plain: [UInt8] = []
        while !rest.isEmpty {
            if let (name, value) = secrets.first(where: { $0.value.bytes.count > 0 && rest.starts(with: $0.value.reveal()) }) {
                if !plain.isEmpty { pieces.append(.bytes(Data(plain))) }
                plain = []
                pieces.append(.secret(name))
                rest = rest.dropFirst(value.bytes.count)
            } else {
                plain.append(rest.removeFirst())
            }
        }
        if !plain.isEmpty { pieces.append(.bytes(Data(plain))) }
        self.init(offset: splice.offset, removed: pieces, inserted: Data(splice.inserted))
    }

    /// The change, with the secrets in what it removed.
    ///
    /// - Throws: ``WiringError/Code/notFound`` for a secret that is not there.
    func splice(_ secrets: [String: SecretValue]) throws(WiringError) -> Splice {
        var bytes: [UInt8] = []
        for piece in removed {
            switch piece {
            case .bytes(let data): bytes += data
            case .secret(let name):
                guard let value = secrets[name] else {
                    throw WiringError(.notFound, "the secret \(name) stood in the file, and is not in the vault any more")
                }
                bytes += value.reveal()
            }
        }
        return Splice(offset: offset, removed: bytes, inserted: Array(inserted))
    }

    /// What of the removed text is no secret.
    var plainParts: [[UInt8]] {
        removed.compactMap { piece in
            if case .bytes(let data) = piece { Array(data) } else { nil }
        }
    }
}
