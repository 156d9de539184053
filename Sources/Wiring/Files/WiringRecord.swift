internal import Foundation
public import Keystore
internal import SodiumCrypto

/// What Warder has changed in a program's configuration, with the file as it was: kept in the vault, since keys may stand in it.
public struct WiringRecord: Codable, Equatable, Sendable {
    /// The program.
    public let system: WiredSystem
    /// Its configuration.
    public let file: String
    /// The file as it was before; nil if there was none.
    let original: Data?
    /// Its mode then.
    let mode: UInt32
    /// Whether its directory was made for it.
    let isNewDirectory: Bool
    /// Hashes of the states in which the file has been: with Warder's part, and before.
    let states: [Data]
    /// What is Warder's in it.
    let changes: [Edited.Change]
    /// The profile that has its variables, and what was written there.
    public var profile: String?
    /// Whether that was made for it.
    public var isNewProfile: Bool
    /// The variables that were written there, with what each refers to.
    public var variables: [String: String]
    /// The consumer that was made for it.
    public var consumer: String?

    /// What names a state of a file.
    static func state(_ bytes: [UInt8]) throws(WiringError) -> Data {
        do throws(SodiumError) {
            var hash = try KeyedHash(label: "wired file")
            hash.update(bytes)
            return Data(hash.finalize().bytes)
        } catch { throw WiringError(.io, error.description) }
    }
}

/// The records of a vault.
public struct WiringLedger<Holder: KeyHolder> {
    private let vault: Vault<Holder>

    /// - Parameter vault: the vault, unlocked.
    public init(_ vault: Vault<Holder>) { self.vault = vault }

    /// The records of all files of a program that are wired.
    ///
    /// - Throws: ``WiringError/Code/invalid`` for one that this program does not understand; ``KeystoreError``.
    public func records(of system: WiredSystem) throws -> [WiringRecord] {
        try vault.notes(.wiring).filter { $0.name.name.hasPrefix("\(system.rawValue)/") }.map { name, content in
            guard let record = try? JSONDecoder().decode(WiringRecord.self, from: Data(content.reveal())) else {
                throw WiringError(.invalid, "the record of \(name.name) is of another version of warder")
            }
            return record
        }.sorted { $0.file < $1.file }
    }

    /// Keeps a record; the one of that file before gives way.
    ///
    /// - Throws: ``WiringError/Code/invalid`` for a file that is too large; ``KeystoreError``.
    public func keep(_ record: WiringRecord) throws {
        let data = try JSONEncoder().encode(record)
        guard data.count <= SecretLimits.maximumValueByteCount else { throw WiringError(.invalid, "\(record.file): is too large") }
        try vault.write([(try name(record), try SecretValue(copying: Array(data)))], as: .wire)
    }

    /// Forgets a record.
    ///
    /// - Throws: ``KeystoreError``.
    public func forget(_ record: WiringRecord) throws { try vault.write([(try name(record), nil)], as: .unwire) }

    /// The path is in the record; a name is too short for some.
    private func name(_ record: WiringRecord) throws -> NoteName {
        let hash = try WiringRecord.state(Array(record.file.utf8)).prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        return try NoteName(.wiring, "\(record.system.rawValue)/\(hash.joined())")
    }
}
