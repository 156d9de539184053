import Foundation
import GRDB

@testable import Keystore

/// Slots and the audit trail.
extension TamperCase {
    static let slots: [TamperCase] = slotFields + costs + slotSets

    /// Opening fails alike whatever is done then.
    private static func opening(
        _ description: String, _ code: KeystoreError.Code, slot: Int = 1, _ change: @escaping @Sendable (inout [UInt8]) -> Void
    ) -> TamperCase {
        TamperCase(description, everything: code) { try $0.edit("slot", "slot", "number = ?", [slot], change) }
    }

    private static let slotFields: [TamperCase] = [
        opening("a slot's mark changed", .corrupt) { $0.flip(0) },
        opening("a slot of a newer version", .tooNew) { $0.put(UInt16(2), at: 4) },
        opening("a slot of version 0", .corrupt) { $0.put(UInt16(0), at: 4) },
        opening("a slot of an unknown kind", .tooNew) { $0.put(UInt16(5), at: 6) },
        opening("a key-file slot that says it is a passphrase's", .kdfRefused) { $0.put(UInt16(1), at: 6) },
        opening("a key-file slot that says it is a recipient's", .corrupt) { $0.put(UInt16(4), at: 6) },
        opening("a passphrase slot that says it is a key file's", .kdfRefused, slot: 2) { $0.put(UInt16(2), at: 6) },
        opening("a passphrase slot that says it takes both", .corrupt, slot: 2) { $0.put(UInt16(3), at: 6) },
        opening("a slot's vault changed", .corrupt) { $0.flip(8) },
        opening("a slot's number changed", .corrupt) { $0.put(UInt32(7), at: 24) },
        opening("a slot with flags", .tooNew) { $0.put(UInt32(1), at: 28) },
        opening("a slot's algorithm changed", .kdfRefused, slot: 2) { $0.put(UInt32(1), at: 44) },
        opening("a key-file slot with an algorithm", .kdfRefused) { $0.put(UInt32(2), at: 44) },
        opening("a slot's salt changed", .noMatch) { $0.flip(48) },
        opening("a slot's label changed", .noMatch) { $0.flip(64) },
        opening("a slot's label with more after its end", .corrupt) { $0.flip(95) },
        opening("a slot's label that is not UTF-8", .corrupt) { $0[64] = 0xFF },
        opening("a slot's time changed", .noMatch) { $0.flip(96) },
        opening("a slot's commitment changed", .noMatch) { $0.flip(104) },
        opening("a slot's nonce changed", .corrupt) { $0.flip(136) },
        opening("a slot's box changed", .corrupt) { $0.flip(170) },
        opening("a slot's tag changed", .corrupt) { $0.flip(207) },
        opening("a slot cut by a byte", .corrupt) { $0.removeLast() },
        opening("a slot longer by a byte", .corrupt) { $0.append(0) },
        opening("a slot emptied", .corrupt) { $0 = [] },
        opening("the other slot's label changed", .corrupt, slot: 2) { $0.flip(64) },
        opening("the other slot cut by a byte", .corrupt, slot: 2) { $0.removeLast() },
    ]

    private static let mebibyte: UInt64 = 1 << 20

    private static let refusedCosts: [(String, UInt32, UInt64)] = [
        ("one pass", 1, 64 * mebibyte), ("17 passes", 17, 64 * mebibyte), ("no passes", 0, 64 * mebibyte), ("8 KiB", 2, 8192),
        ("one KiB below the floor", 2, 64 * mebibyte - 1024), ("memory that is no multiple of 1,024", 2, 64 * mebibyte + 1),
        ("1 TiB", 2, 1 << 40), ("all the memory there is", 2, UInt64.max), ("more than 8 GiB in all", 16, 1024 * mebibyte),
        ("2 GiB and 1 KiB", 2, 2048 * mebibyte + 1024),
    ]

    private static let costs: [TamperCase] = refusedCosts.map { what, passes, memory in
        TamperCase("a slot that asks for \(what)", [(.unlockWithPassphrase, .kdfRefused), (.get("A"), .corrupt), (.verify, .corrupt)]) {
            try $0.edit("slot", "slot", "number = 2") {
                $0.put(passes, at: 32)
                $0.put(memory, at: 36)
            }
        }
    }

    private static let slotSets: [TamperCase] = [
        TamperCase("another vault's slot for the same key file", everything: .corrupt) {
            try $0.sql("UPDATE slot SET slot = ? WHERE number = 1", [try $0.blob("slot", "slot", "number = 1", of: $0.template.foreign)])
        },
        TamperCase("another vault's slot that says it is this vault's", everything: .noMatch) {
            let foreign = try $0.blob("slot", "slot", "number = 1", of: $0.template.foreign)
            try $0.edit("slot", "slot", "number = 1") { $0 = Array(foreign[..<8]) + Array($0[8..<24]) + Array(foreign[24...]) }
        },
        TamperCase("a slot under another number", everything: .corrupt) { try $0.sql("UPDATE slot SET number = 9 WHERE number = 1") },
        TamperCase("a slot under another number in its header too", everything: .noMatch) {
            try $0.edit("slot", "slot", "number = 1") { $0.put(UInt32(9), at: 24) }
            try $0.sql("UPDATE slot SET number = 9 WHERE number = 1")
        },
        TamperCase("a slot under a negative number", everything: .corrupt) { try $0.sql("UPDATE slot SET number = -1 WHERE number = 1") },
        TamperCase("a slot deleted", everything: .corrupt) { try $0.sql("DELETE FROM slot WHERE number = 2") },
        TamperCase("all slots deleted", everything: .corrupt) { try $0.sql("DELETE FROM slot") },
        TamperCase("a slot added", everything: .corrupt) { try $0.copySlot(1, 3...3) },
        TamperCase("33 slots", everything: .corrupt) { try $0.copySlot(1, 3...33) },
        TamperCase("five passphrase slots", everything: .corrupt) { try $0.copySlot(2, 3...6) },
        TamperCase("the slots of another vault, whole", everything: .corrupt) {
            try $0.sql("DELETE FROM slot WHERE number = 2")
            try $0.sql("UPDATE slot SET slot = ?", [try $0.blob("slot", "slot", "number = 1", of: $0.template.foreign)])
        },
    ]

    /// A broken trail stops writes, not reads.
    private static func trail(_ description: String, _ change: @escaping @Sendable (TamperedVault) throws -> Void) -> TamperCase {
        TamperCase(
            description,
            [
                (.trail, .auditUnavailable), (.verify, .auditUnavailable), (.get("A"), nil), (.list, nil), (.get("none"), .notFound),
                (.set, .auditUnavailable),
            ], change)
    }

    static let audits: [TamperCase] = [
        trail("the last audit entry deleted") { try $0.sql("DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)") },
        trail("the first audit entry deleted") { try $0.sql("DELETE FROM audit WHERE number = 1") },
        trail("an audit entry deleted and the others moved up") {
            try $0.sql("DELETE FROM audit WHERE number = 3")
            try $0.sql("UPDATE audit SET number = -number WHERE number > 3")
            try $0.sql("UPDATE audit SET number = -number - 1 WHERE number < 0")
        },
        trail("an audit entry changed") { try $0.edit("entry", "audit", "number = 3") { $0.flip(30) } },
        trail("the last audit entry changed") { try $0.edit("entry", "audit", "number = (SELECT max(number) FROM audit)") { $0.flip(30) } },
        trail("an audit entry emptied") { try $0.edit("entry", "audit", "number = 2") { $0 = [] } },
        trail("two audit entries swapped") {
            try $0.sql("UPDATE audit SET number = -1 WHERE number = 2")
            try $0.sql("UPDATE audit SET number = 2 WHERE number = 3")
            try $0.sql("UPDATE audit SET number = 3 WHERE number = -1")
        },
        trail("an audit entry appended") { try $0.sql("INSERT INTO audit SELECT max(number) + 1, entry FROM audit") },
        trail("an audit entry before the first") { try $0.sql("INSERT INTO audit SELECT 0, entry FROM audit WHERE number = 1") },
        trail("an audit entry under a negative number") { try $0.sql("INSERT INTO audit SELECT -5, entry FROM audit WHERE number = 1") },
        trail("all audit entries deleted") { try $0.sql("DELETE FROM audit") },
        trail("another vault's audit entry") {
            try $0.sql(
                "UPDATE audit SET entry = ? WHERE number = 1", [try $0.blob("entry", "audit", "number = 1", of: $0.template.foreign)])
        },
    ]
}

extension TamperedVault {
    fileprivate func copySlot(_ source: Int, _ numbers: ClosedRange<UInt32>) throws {
        for number in numbers {
            try sql("INSERT INTO slot SELECT ?, slot FROM slot WHERE number = ?", [number, source])
            try edit("slot", "slot", "number = ?", [number]) { $0.put(number, at: 24) }
        }
    }
}
