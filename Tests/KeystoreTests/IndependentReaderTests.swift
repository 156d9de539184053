import Foundation
import GRDB
import SodiumCrypto
import Testing

@testable import Keystore

/// A reader in Python, written from the format article alone, reads the same as we do.
@Suite struct IndependentReaderTests {
    private static let cheap = KeyDerivationBounds.floor

    @Test func `an independent reader agrees on 200 vaults of all slot kinds, and on what it refuses`() throws {
        let directory = try TemporaryDirectory()
        var random = SeededGenerator(seed: 7)
        for index in 0..<200 {
            let folder = directory.path + "/case-\(index)"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let kind = Slot.Kind.allCases[index % 4]
            try Self.makeCase(folder, kind, isDamaged: index % 5 == 4, &random)
        }
        let (code, output) = try run("/usr/bin/python3", [Self.readerDirectory + "/compare.py", directory.path])
        #expect(code == 0, "\(output)")
        print("independent reader: \(output)")
    }

    private static var readerDirectory: String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../contrib/reader").standardizedFileURL.path
    }

    private static func makeCase(_ folder: String, _ kind: Slot.Kind, isDamaged: Bool, _ random: inout SeededGenerator) throws {
        let path = folder + "/vault.db"
        var credentials = Credentials()
        var slot = NewSlot(
            kind: kind, label: ["", "läbel", "0123456789abcdef0123456789abcdef"].randomElement(using: &random) ?? "", cost: cheap)
        if kind != .passphrase {
            let key = try randomBytes(32)
            try write(key, to: folder + "/key")
            credentials.keyFile = try SecretValue(copying: key)
        }
        if kind.hasPassphrase {
            // Decomposed: both readers must bring it into form C.
            let text = "cafe\u{301} passphrase \(UInt32.random(in: 0...9, using: &random))"
            try write(Array(text.utf8), to: folder + "/passphrase")
            credentials.passphrase = try SecretValue(copying: Array(text.utf8))
        }
        if kind == .recipient, let key = credentials.keyFile {
            slot.recipient = try KeyPair(secretKey: SecretKey(SecretBytes(copying: key.reveal()))).publicKey
        } else {
            slot.credentials = credentials
        }
        let anchor = try Anchor(vaultPath: path, directory: folder)
        let vault = try SQLiteStorage.create(at: path) { storage throws(KeystoreError) in
            try Vault.create(in: storage, slots: [slot], anchor: anchor)
        }
        let storage = try SQLiteStorage(path: path)
        let opened = Vault(storage: storage, keys: vault.keys, anchor: anchor)
        try fill(opened, &random)
        try FileManager.default.moveItem(atPath: anchor.path, toPath: folder + "/anchor")
        let unanchored = Vault(storage: storage, keys: vault.keys, anchor: nil)
        if isDamaged {
            try damage(storage, &random)
            let code = code { _ = try unanchored.verify() }
            try write(Array("{\"refused\": \(code?.rawValue ?? 0)}".utf8), to: folder + "/expected.json")
        } else {
            var backup: [UInt8] = []
            _ = try unanchored.backup { backup += $0 }
            try write(backup, to: folder + "/backup")
            try write(expected(unanchored), to: folder + "/expected.json")
        }
    }

    private static func fill(_ vault: Vault<LocalKeys>, _ random: inout SeededGenerator) throws {
        var writes: [SecretWrite] = []
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let name = try SecretName("group\(UInt32.random(in: 0...3, using: &random))/SECRET_\(UInt32.random(in: 0...3, using: &random))")
            let count = [0, 1, 59, 60, 61, 300, 1020, 1021, 5000].randomElement(using: &random) ?? 0
            var metadata = Metadata()
            if Bool.random(using: &random) { metadata.note = "nöte" }
            if Bool.random(using: &random) { metadata.kind = "api-key" }
            if Bool.random(using: &random) { metadata.expires = UInt64.random(in: 0...(1 << 60), using: &random) }
            if Bool.random(using: &random) { metadata.labels = ["b": "2=x", "a": ""] }
            if Bool.random(using: &random) { metadata.allowedHosts = ["api.example.org", "b.example.org:8443"] }
            let kept = metadata
            writes.append(SecretWrite(name: name, value: try SecretValue(copying: randomBytes(count))) { _ in kept })
        }
        try vault.set(writes)
        if Bool.random(using: &random) {
            let note = try (0..<2).map { (try NoteName(.consumer, "c\($0)"), Optional(try SecretValue(copying: randomBytes(300)))) }
            try vault.write(note, as: .apply)
            if Bool.random(using: &random) { try vault.write([(note[0].0, nil)], as: .forget) }
        }
        if Bool.random(using: &random) { try vault.remove([writes[0].name]) }
        if Bool.random(using: &random), let last = writes.last, last.name != writes[0].name {
            try vault.rename(last.name, to: SecretName("renamed"))
        }
        if UInt8.random(in: 0...9, using: &random) == 0 { try vault.purge(writes[0].name) }
    }

    /// One change that somebody without keys could make.
    private static func damage(_ storage: SQLiteStorage, _ random: inout SeededGenerator) throws {
        let statements = [
            "UPDATE vault SET head = CAST(substr(head, 1, 47) || x'ff' || substr(head, 49) AS BLOB)",
            "UPDATE vault SET buckets = zeroblob(8192)",
            "UPDATE value SET box = zeroblob(length(box))",
            "UPDATE record SET info = CAST(substr(info, 2) || x'00' AS BLOB)",
            "UPDATE record SET generation = generation + 100",
            "DELETE FROM value",
            "DELETE FROM record",
            "DELETE FROM bucket",
            "DELETE FROM audit WHERE number = 1",
            "UPDATE audit SET entry = zeroblob(length(entry))",
            "INSERT INTO audit SELECT number + 1000, entry FROM audit LIMIT 1",
            "INSERT INTO value VALUES (zeroblob(16), 1, zeroblob(80))",
            "INSERT INTO record SELECT zeroblob(16), 1, header, info FROM record LIMIT 1",
            "UPDATE slot SET slot = CAST(slot || x'00' AS BLOB)",
            "UPDATE slot SET number = number + 1",
        ]
        let statement = statements.randomElement(using: &random) ?? statements[0]
        try storage.inDatabase { try $0.execute(sql: statement) }
    }

    /// What the reader prints, from our own side.
    private static func expected(_ vault: Vault<LocalKeys>) throws -> [UInt8] {
        var secrets: [[String: Any]] = []
        for name in try vault.list(includingRemoved: true).map(\.name) {
            for listing in try vault.history(name).reversed() {
                let metadata = listing.metadata
                let value = listing.isRemoval ? nil : try vault.get(name, generation: listing.generation).value.reveal()
                secrets.append([
                    "name": name.description, "generation": listing.generation, "created": listing.created, "removed": listing.isRemoval,
                    "value_base64": value.map { Data($0).base64EncodedString() } ?? NSNull(), "kind": metadata.kind ?? NSNull(),
                    "expires": metadata.expires ?? NSNull(), "rotate_by": metadata.rotateBy ?? NSNull(), "note": metadata.note ?? NSNull(),
                    "labels": metadata.labels, "allowed_hosts": metadata.allowedHosts,
                ])
            }
        }
        let slots = try vault.slots().map { ["number": $0.number, "kind": $0.kind.name, "label": $0.label] as [String: Any] }
        let audit = try vault.auditTrail().map { entry in
            [
                "number": entry.number, "time": entry.time, "operation": "\(entry.operation)", "subject": entry.subject,
                "generation": entry.generation,
            ] as [String: Any]
        }
        let object: [String: Any] = [
            "fingerprint": vault.keys.fingerprint.description, "sequence": try vault.size().sequence, "slots": slots, "secrets": secrets,
            "notes": try vault.notes(.consumer).map { [$0.name.description, Data($0.content.reveal()).base64EncodedString()] },
            "audit": audit,
        ]
        return [UInt8](try JSONSerialization.data(withJSONObject: object))
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(filePath: path))
    }
}

/// Runs a program and gives its exit code and what it printed.
func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}
