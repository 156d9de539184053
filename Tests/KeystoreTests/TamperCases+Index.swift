import Foundation
import GRDB
import SodiumCrypto

@testable import Keystore

/// The index and the head.
extension TamperCase {
    static let index: [TamperCase] = entries + vectors

    private static let entries: [TamperCase] = [
        TamperCase(
            "the newest generation deleted with its entry",
            [(.get("A"), .corrupt), (.get("B"), nil), (.list, .corrupt), (.verify, .corrupt)]
        ) {
            for table in ["record", "value"] { try $0.sql("DELETE FROM \(table) WHERE id = ? AND generation = 3", [$0.id("A")]) }
            try $0.entries("A") { $0.removeLast(56) }
        },
        TamperCase("the newest generation deleted with its entry and the bucket's hash", everything: .corrupt) {
            for table in ["record", "value"] { try $0.sql("DELETE FROM \(table) WHERE id = ? AND generation = 3", [$0.id("A")]) }
            try $0.entries("A") { $0.removeLast(56) }
            let bucket = try $0.bucketOfA { Array($0.prefix(2 * 56)) }
            let digest = try bucket.digest.bytes
            try $0.edit("buckets", "vault", "id = 1") { $0.put(digest, at: Int(bucket.number) * 32) }
        },
        TamperCase("a secret deleted with its bucket", [(.get("A"), .corrupt), (.get("B"), nil), (.list, .corrupt), (.verify, .corrupt)]) {
            for table in ["record", "value"] { try $0.sql("DELETE FROM \(table) WHERE id = ?", [$0.id("A")]) }
            try $0.sql("DELETE FROM bucket WHERE number = ?", [$0.bucket("A")])
        },
        TamperCase("a removal deleted with its entry", [(.get("C"), .corrupt), (.list, .corrupt), (.verify, .corrupt)]) {
            try $0.sql("DELETE FROM record WHERE id = ? AND generation = 2", [$0.id("C")])
            try $0.entries("C") { $0.removeLast(56) }
        },
        TamperCase(
            "entries cut by a byte", [(.get("A"), .corrupt), (.get("B"), nil), (.list, .corrupt), (.verify, .corrupt), (.set, .corrupt)]
        ) {
            try $0.entries("A") { $0.removeLast() }
        },
        TamperCase("entries emptied", [(.get("A"), .corrupt), (.list, .corrupt), (.verify, .corrupt), (.set, .corrupt)]) {
            try $0.entries("A") { $0 = [] }
        },
        TamperCase("entries in another order", [(.get("A"), .corrupt), (.history("A"), .corrupt), (.verify, .corrupt)]) {
            try $0.entries("A") { $0 = Array($0[56..<112]) + Array($0[0..<56]) + Array($0[112...]) }
        },
        TamperCase("an entry's identifier changed", [(.get("A"), .corrupt), (.verify, .corrupt)]) { try $0.entries("A") { $0.flip(15) } },
        TamperCase("an entry's generation changed", [(.get("A"), .corrupt), (.verify, .corrupt)]) {
            try $0.entries("A") { $0.flip(112 + 16) }
        },
        TamperCase("an entry's leaf changed", [(.get("A"), .corrupt), (.verify, .corrupt)]) { try $0.entries("A") { $0.flip(112 + 24) } },
        TamperCase("buckets of two secrets swapped", [(.get("A"), .corrupt), (.get("B"), .corrupt), (.get("D"), nil), (.verify, .corrupt)])
        {
            for (from, to) in [($0.bucket("A"), -1), ($0.bucket("B"), $0.bucket("A")), (-1, $0.bucket("B"))] {
                try $0.sql("UPDATE bucket SET number = ? WHERE number = ?", [to, from])
            }
        },
        TamperCase("the bucket of the state before", [(.get("A"), .corrupt), (.get("B"), nil), (.verify, .corrupt)]) {
            let old = try $0.blob("entries", "bucket", "number = \($0.bucket("A"))", of: $0.template.earlier)
            try $0.sql("UPDATE bucket SET entries = ? WHERE number = ?", [old, $0.bucket("A")])
        },
        TamperCase("a bucket planted where there is none", [(.get("A"), nil), (.verify, .corrupt)]) { vault in
            let taken = VaultTemplate.names.map(vault.bucket)
            let free = (0...255).first { !taken.contains($0) }
            try vault.sql("INSERT INTO bucket SELECT ?, entries FROM bucket WHERE number = ?", [free, vault.bucket("A")])
        },
        TamperCase("a bucket planted beyond the last", [(.get("A"), nil), (.verify, .corrupt)]) {
            try $0.sql("INSERT INTO bucket SELECT 256, entries FROM bucket WHERE number = ?", [$0.bucket("A")])
        },
    ]

    private static let vectors: [TamperCase] = [
        TamperCase("the bucket hashes of the state before", everything: .corrupt) {
            try $0.sql("UPDATE vault SET buckets = ?", [try $0.blob("buckets", "vault", "id = 1", of: $0.template.earlier)])
        },
        TamperCase("the bucket hashes of another vault", everything: .corrupt) {
            try $0.sql("UPDATE vault SET buckets = ?", [try $0.blob("buckets", "vault", "id = 1", of: $0.template.foreign)])
        },
        TamperCase("a bucket's hash changed", everything: .corrupt) { vault in
            try vault.edit("buckets", "vault", "id = 1") { $0.flip(Int(vault.bucket("B")) * 32) }
        },
        TamperCase("a bucket's hash zeroed", everything: .corrupt) { vault in
            try vault.edit("buckets", "vault", "id = 1") { $0.put([UInt8](repeating: 0, count: 32), at: Int(vault.bucket("A")) * 32) }
        },
        TamperCase("bucket hashes cut by a byte", everything: .corrupt) { try $0.edit("buckets", "vault", "id = 1") { $0.removeLast() } },
        TamperCase("bucket hashes longer by a byte", everything: .corrupt) { try $0.edit("buckets", "vault", "id = 1") { $0.append(0) } },
        TamperCase("bucket hashes emptied", everything: .corrupt) { try $0.edit("buckets", "vault", "id = 1") { $0 = [] } },
    ]

    private static let headFields: [(String, Int)] = [
        ("mark", 0), ("vault", 8), ("sequence", 24), ("number of records", 32), ("time", 40), ("root", 48), ("number of audit entries", 80),
        ("audit link", 88), ("MAC of the one before", 120), ("MAC", 152), ("MAC's last byte", 183),
    ]

    static let heads: [TamperCase] =
        headFields.map { field, offset in
            TamperCase("the head's \(field) changed", everything: .corrupt) { try $0.edit("head", "vault", "id = 1") { $0.flip(offset) } }
        } + wholeHeads

    private static let wholeHeads: [TamperCase] = [
        TamperCase("the head's sequence raised", everything: .corrupt) {
            try $0.edit("head", "vault", "id = 1") { $0.put(UInt64(1000), at: 24) }
        },
        TamperCase("the head's sequence lowered", everything: .corrupt) {
            try $0.edit("head", "vault", "id = 1") { $0.put(UInt64(1), at: 24) }
        },
        TamperCase("the head of a newer version", everything: .tooNew) {
            try $0.edit("head", "vault", "id = 1") { $0.put(UInt16(2), at: 4) }
        },
        TamperCase("the head of version 0", everything: .corrupt) { try $0.edit("head", "vault", "id = 1") { $0.put(UInt16(0), at: 4) } },
        TamperCase("the head with flags", everything: .tooNew) { try $0.edit("head", "vault", "id = 1") { $0.put(UInt16(1), at: 6) } },
        TamperCase("the head cut by a byte", everything: .corrupt) { try $0.edit("head", "vault", "id = 1") { $0.removeLast() } },
        TamperCase("the head longer by a byte", everything: .corrupt) { try $0.edit("head", "vault", "id = 1") { $0.append(0) } },
        TamperCase("the head emptied", everything: .corrupt) { try $0.edit("head", "vault", "id = 1") { $0 = [] } },
        TamperCase("the head deleted", everything: .corrupt) { try $0.sql("DELETE FROM vault") },
        TamperCase("a second head", everything: .corrupt) {
            try $0.sql("PRAGMA ignore_check_constraints = ON; INSERT INTO vault SELECT 2, head, buckets FROM vault")
        },
        TamperCase("an older head before the head", everything: .corrupt) {
            let head = try $0.blob("head", "vault", "id = 1", of: $0.template.earlier)
            try $0.access { database in
                try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
                try database.execute(sql: "INSERT INTO vault SELECT 0, ?, buckets FROM vault", arguments: [head])
            }
        },
        TamperCase("the head of the state before", everything: .corrupt) {
            try $0.sql("UPDATE vault SET head = ?", [try $0.blob("head", "vault", "id = 1", of: $0.template.earlier)])
        },
        TamperCase("the head of another vault", everything: .corrupt) {
            try $0.sql("UPDATE vault SET head = ?", [try $0.blob("head", "vault", "id = 1", of: $0.template.foreign)])
        },
    ]
}

extension TamperedVault {
    fileprivate func entries(_ secretName: String, _ change: (inout [UInt8]) -> Void) throws {
        try edit("entries", "bucket", "number = ?", [bucket(secretName)], change)
    }

    fileprivate func bucketOfA(_ change: ([UInt8]) -> [UInt8]) throws -> Bucket {
        let stored = try access { try Data.fetchOne($0, sql: "SELECT entries FROM bucket WHERE number = ?", arguments: [bucket("A")]) }
        return try Bucket(number: UInt8(bucket("A")), bytes: change([UInt8](stored ?? Data())))
    }
}
