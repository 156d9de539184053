internal import Foundation
internal import PrivateFiles
public import Settings
internal import SodiumCrypto

/// What Warder has changed in a program's configuration, so that it can be taken back: places and bytes, names of secrets, never a value.
public struct WiringRecord: Codable, Equatable, Sendable {
    /// The program.
    public let system: WiredSystem
    /// Its configuration.
    public let file: String
    /// Whether there was no such file before.
    let isNewFile: Bool
    /// What was changed, in this order.
    var changes: [Change]
    /// The table `[profile.NAME]` that was made for it.
    public var profile: String?
    /// The table `[consumer.NAME]` that was made for it.
    public var consumer: String?

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

    static func directory(_ directories: UserDirectories) -> String { "\(directories.state)/warder/wired" }

    /// Where what is kept of a wired file is: without its path in the name, which may be too long for one.
    static func path(_ system: WiredSystem, _ file: String, _ directories: UserDirectories) -> String {
        let hash = file.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "\(directory(directories))/\(system.rawValue).\(String(hash, radix: 16))"
    }

    /// The record of a wired file, or nil if it is not wired.
    ///
    /// - Throws: ``WiringError/Code/invalid`` if it cannot be read.
    public static func read(_ system: WiredSystem, file: String, _ directories: UserDirectories) throws(WiringError) -> WiringRecord? {
        guard let record = try read(path(system, file, directories) + ".json") else { return nil }
        guard record.system == system, record.file == file else {
            throw WiringError(.conflict, "\(record.file) has its record in the same place: take that back first")
        }
        return record
    }

    /// The records of all files of a program that are wired.
    ///
    /// - Throws: ``WiringError/Code/invalid`` for one that cannot be read.
    public static func all(_ system: WiredSystem, _ directories: UserDirectories) throws(WiringError) -> [WiringRecord] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory(directories))) ?? []
        var records: [WiringRecord] = []
        for name in names.sorted() where name.hasPrefix("\(system.rawValue).") && name.hasSuffix(".json") {
            if let record = try read("\(directory(directories))/\(name)") { records.append(record) }
        }
        return records
    }

    private static func read(_ path: String) throws(WiringError) -> WiringRecord? {
        let bytes: [UInt8]
        do throws(FileError) { bytes = try PrivateFile.readTrusted(path, maximum: 16 << 20) } catch {
            if error.code == .notFound { return nil }
            throw WiringError(error)
        }
        guard let record = try? JSONDecoder().decode(WiringRecord.self, from: Data(bytes)) else {
            throw WiringError(.invalid, "\(path): is no record of a wiring", hint: "remove it, and take the changes out by hand")
        }
        return record
    }

    /// Writes it.
    ///
    /// - Throws: ``WiringError/Code/io``.
    public func write(_ directories: UserDirectories) throws(WiringError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { throw WiringError(.io, "the record of the wiring cannot be written") }
        do throws(FileError) {
            try PrivateFile.makeDirectory(Self.directory(directories))
            try PrivateFile.write(Array(data), to: Self.path(system, file, directories) + ".json", existing: .replace)
        } catch { throw WiringError(error) }
    }

    /// Takes it away, and the copy of the file as it was before.
    ///
    /// - Throws: ``WiringError/Code/io``.
    public func remove(_ directories: UserDirectories) throws(WiringError) {
        do throws(FileError) {
            try PrivateFile.remove(Self.path(system, file, directories) + ".json")
            try PrivateFile.remove(Self.path(system, file, directories) + ".before")
        } catch { throw WiringError(error) }
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
