import Foundation
import GRDB

@testable import Keystore

private let newestA = "id = ? AND generation = 3"

/// Records and values.
extension TamperCase {
    static let records: [TamperCase] = moved + taken + planted + fields + lengths

    private static let moved: [TamperCase] = [
        TamperCase("value boxes of two secrets swapped", [(.get("A"), .corrupt), (.get("B"), .corrupt), (.list, nil), (.verify, .corrupt)])
        {
            try $0.swap("box", "value", newestA, [$0.id("A")], "id = ?", [$0.id("B")])
        },
        TamperCase(
            "value boxes of two generations swapped",
            [(.get("A"), .corrupt), (.generation("A", 2), .corrupt), (.generation("A", 1), nil), (.verify, .corrupt)]
        ) { try $0.swap("box", "value", newestA, [$0.id("A")], "id = ? AND generation = 2", [$0.id("A")]) },
        TamperCase(
            "infos of two secrets swapped",
            [(.get("A"), .corrupt), (.get("B"), .corrupt), (.list, .corrupt), (.verify, .corrupt), (.set, .corrupt)]
        ) { try $0.swap("info", "record", newestA, [$0.id("A")], "id = ?", [$0.id("B")]) },
        TamperCase(
            "headers of two secrets swapped", [(.get("A"), .corrupt), (.get("B"), .corrupt), (.list, .corrupt), (.verify, .corrupt)]
        ) {
            try $0.swap("header", "record", newestA, [$0.id("A")], "id = ?", [$0.id("B")])
        },
        TamperCase(
            "records of two names swapped whole", [(.get("B"), .corrupt), (.get("D"), .corrupt), (.list, .corrupt), (.verify, .corrupt)]
        ) {
            for table in ["record", "value"] {
                for (from, to) in [($0.id("B"), Data([1])), ($0.id("D"), $0.id("B")), (Data([1]), $0.id("D"))] {
                    try $0.sql("UPDATE \(table) SET id = ? WHERE id = ?", [to, from])
                }
            }
        },
        TamperCase("an old record put over the newest", [(.get("A"), .corrupt), (.list, .corrupt), (.verify, .corrupt)]) {
            for (table, columns) in [("record", ["header", "info"]), ("value", ["box"])] {
                for column in columns {
                    try $0.sql(
                        "UPDATE \(table) SET \(column) = (SELECT \(column) FROM \(table) WHERE id = ? AND generation = 2) WHERE \(newestA)",
                        [$0.id("A"), $0.id("A")])
                }
            }
        },
        TamperCase("a generation renumbered", [(.get("A"), .corrupt), (.list, .corrupt), (.verify, .corrupt)]) {
            for table in ["record", "value"] { try $0.sql("UPDATE \(table) SET generation = 4 WHERE \(newestA)", [$0.id("A")]) }
        },
        TamperCase("a generation renumbered in its header too", [(.get("A"), .corrupt), (.list, .corrupt), (.verify, .corrupt)]) {
            try $0.edit("header", "record", newestA, [$0.id("A")]) { $0.put(UInt64(4), at: 40) }
            for table in ["record", "value"] { try $0.sql("UPDATE \(table) SET generation = 4 WHERE \(newestA)", [$0.id("A")]) }
        },
    ]

    private static let taken: [TamperCase] = [
        TamperCase(
            "the newest generation deleted",
            [
                (.get("A"), .corrupt), (.generation("A", 2), nil), (.history("A"), .corrupt), (.list, .corrupt), (.verify, .corrupt),
                (.set, .corrupt),
            ]
        ) {
            for table in ["record", "value"] { try $0.sql("DELETE FROM \(table) WHERE \(newestA)", [$0.id("A")]) }
        },
        TamperCase(
            "an old generation deleted",
            [(.get("A"), nil), (.generation("A", 1), .corrupt), (.history("A"), .corrupt), (.verify, .corrupt)]
        ) {
            for table in ["record", "value"] { try $0.sql("DELETE FROM \(table) WHERE id = ? AND generation = 1", [$0.id("A")]) }
        },
        TamperCase("a secret deleted with its history", [(.get("A"), .corrupt), (.get("B"), nil), (.list, .corrupt), (.verify, .corrupt)]) {
            for table in ["record", "value"] { try $0.sql("DELETE FROM \(table) WHERE id = ?", [$0.id("A")]) }
        },
        TamperCase("a removal deleted", [(.get("C"), .corrupt), (.get("A"), nil), (.list, .corrupt), (.verify, .corrupt)]) {
            try $0.sql("DELETE FROM record WHERE id = ? AND generation = 2", [$0.id("C")])
        },
        TamperCase("a value deleted", [(.get("A"), .corrupt), (.generation("A", 2), nil), (.list, nil), (.verify, .corrupt)]) {
            try $0.sql("DELETE FROM value WHERE \(newestA)", [$0.id("A")])
        },
        TamperCase("all records deleted", [(.get("A"), .corrupt), (.get("none"), .notFound), (.list, .corrupt), (.verify, .corrupt)]) {
            try $0.sql("DELETE FROM record; DELETE FROM value")
        },
    ]

    private static let planted: [TamperCase] = [
        TamperCase("another vault's record planted", [(.get("A"), nil), (.verify, .corrupt)]) {
            try $0.plant($0.blob("id", "record", "generation = 3", of: $0.template.foreign), 3)
        },
        TamperCase(
            "another vault's record planted as a newer generation",
            [(.get("A"), nil), (.list, .corrupt), (.verify, .corrupt), (.set, .corrupt)]
        ) { try $0.plant($0.id("A"), 4) },
        TamperCase("a record planted under an empty identifier", [(.get("A"), nil), (.verify, .corrupt)]) { try $0.plant(Data(), 1) },
        TamperCase("a removal planted under an empty identifier", [(.get("A"), nil), (.verify, .corrupt)]) {
            try $0.sql("INSERT INTO record SELECT X'', 1, header, info FROM record WHERE id = ? AND generation = 2", [$0.id("C")])
        },
        TamperCase("a record planted under a long identifier", [(.get("A"), nil), (.verify, .corrupt)]) {
            try $0.plant(Data(repeating: 0xFF, count: 17), 1)
        },
        TamperCase("a record planted under a negative generation", [(.get("A"), nil), (.list, .corrupt), (.verify, .corrupt)]) {
            try $0.plant($0.id("A"), -1)
        },
        TamperCase("a value planted without a record", [(.get("A"), nil), (.list, nil), (.verify, .corrupt)]) {
            try $0.sql("INSERT INTO value SELECT id, 9, box FROM value WHERE \(newestA)", [$0.id("A")])
        },
        TamperCase("a value planted for a removal", [(.get("C"), .notFound), (.verify, .corrupt)]) {
            try $0.sql("INSERT INTO value SELECT id, 2, box FROM value WHERE id = ?", [$0.id("C")])
        },
        TamperCase("another vault's value in place", [(.get("A"), .corrupt), (.list, nil), (.verify, .corrupt)]) {
            try $0.sql(
                "UPDATE value SET box = ? WHERE \(newestA)",
                [try $0.blob("box", "value", "generation = 3", of: $0.template.foreign), $0.id("A")])
        },
    ]

    private static let headerFields: [(String, Int)] = [
        ("mark", 0), ("kind", 6), ("vault", 8), ("identifier", 24), ("generation", 40), ("time", 48),
    ]

    private static let fields: [TamperCase] =
        headerFields.map { field, offset in
            TamperCase(
                "a record's \(field) changed",
                [(.get("A"), .corrupt), (.get("B"), nil), (.list, .corrupt), (.verify, .corrupt), (.set, .corrupt)]
            ) {
                try $0.edit("header", "record", newestA, [$0.id("A")]) { $0[offset] ^= offset == 6 ? 3 : 1 }
            }
        } + versions

    private static let versions: [TamperCase] = [
        TamperCase("a record of a newer version", [(.get("A"), .corrupt), (.get("B"), nil), (.list, .corrupt), (.verify, .corrupt)]) {
            try $0.edit("header", "record", newestA, [$0.id("A")]) { $0.put(UInt16(2), at: 4) }
        },
        TamperCase("a record of version 0", [(.get("A"), .corrupt), (.list, .corrupt), (.verify, .corrupt)]) {
            try $0.edit("header", "record", newestA, [$0.id("A")]) { $0.put(UInt16(0), at: 4) }
        },
        TamperCase("a record of an unknown kind", [(.get("A"), .corrupt), (.list, .corrupt), (.verify, .corrupt)]) {
            try $0.edit("header", "record", newestA, [$0.id("A")]) { $0.put(UInt16(9), at: 6) }
        },
    ]

    private static let blobs: [(String, String)] = [("header", "record"), ("info", "record"), ("box", "value")]
    private static let wrongLengths: [(String, Int)] = [
        ("cut by a byte", -1), ("longer by a byte", 1), ("emptied", 0), ("cut to 39 bytes", 39),
    ]

    private static let lengths: [TamperCase] = blobs.flatMap { column, table in
        wrongLengths.map { what, count in
            let listed: KeystoreError.Code? = table == "value" ? nil : .corrupt
            return TamperCase("a record's \(column) \(what)", [(.get("A"), .corrupt), (.list, listed), (.verify, .corrupt)]) {
                try $0.edit(column, table, newestA, [$0.id("A")]) { bytes in
                    switch count {
                    case -1: bytes.removeLast()
                    case 1: bytes.append(0)
                    default: bytes = Array(bytes.prefix(count))
                    }
                }
            }
        }
    }
}

extension TamperedVault {
    fileprivate func swap(
        _ column: String, _ table: String, _ first: String, _ firstKey: StatementArguments, _ second: String,
        _ secondKey: StatementArguments
    ) throws {
        try access { database in
            let select = "SELECT \(column) FROM \(table) WHERE "
            let one = try Data.fetchOne(database, sql: select + first, arguments: firstKey)
            let other = try Data.fetchOne(database, sql: select + second, arguments: secondKey)
            let update = "UPDATE \(table) SET \(column) = ? WHERE "
            try database.execute(sql: update + first, arguments: [other] + firstKey)
            try database.execute(sql: update + second, arguments: [one] + secondKey)
        }
    }

    /// Puts a record of another vault under a key of this one.
    fileprivate func plant(_ id: Data, _ generation: Int64) throws {
        let row = "generation = 3"
        let header = try blob("header", "record", row, of: template.foreign)
        let info = try blob("info", "record", row, of: template.foreign)
        try sql("INSERT INTO record (id, generation, header, info) VALUES (?, ?, ?, ?)", [id, generation, header, info])
        let box = try blob("box", "value", row, of: template.foreign)
        try sql("INSERT INTO value (id, generation, box) VALUES (?, ?, ?)", [id, generation, box])
    }
}
