internal import Foundation
internal import GRDB

/// The state that a transaction on a vault's file sees.
struct SQLiteSnapshot: StorageSnapshot {
    let database: Database
    let path: String
    /// Whether this file is being made, so that nothing may be in it.
    let isNew: Bool

    /// Refuses a file with any table, index, view or trigger that this program did not make.
    func checkTables() throws(KeystoreError) {
        let found = try fetch("SELECT type, name, tbl_name, sql FROM sqlite_schema", [], limit: SQLiteSchema.tables.count + 1) { row in
            (type: text(row, 0), name: text(row, 1), table: text(row, 2), sql: text(row, 3))
        }
        let isOurs =
            found.count == SQLiteSchema.tables.count
            && zip(found, SQLiteSchema.tables).allSatisfy { found, table in
                found.type == "table" && found.name == table.name && found.table == table.name && found.sql == table.sql
            }
        guard isOurs else { throw .corrupt("\(path): has tables that are not a vault's") }
    }

    func state() throws(KeystoreError) -> StoredState? {
        let rows = try fetch("SELECT head, buckets FROM vault LIMIT 2", []) { (try bytes($0, 0), try bytes($0, 1)) }
        guard let (head, vector) = rows.first else {
            // Only a vault in the making has none.
            guard isNew else { throw .corrupt("\(path): has no head") }
            return nil
        }
        guard rows.count == 1 else { throw .corrupt("\(path): has two heads") }
        let slots = try fetch("SELECT number, slot FROM slot ORDER BY number LIMIT 33", []) { row in
            guard let number = UInt32(exactly: try integer(row, 0)) else { throw KeystoreError.corrupt("a slot has no number") }
            return (number, try bytes(row, 1))
        }
        return StoredState(head: head, bucketVector: vector, slots: Dictionary(slots) { first, _ in first })
    }

    func bucket(_ number: UInt8) throws(KeystoreError) -> [UInt8] {
        try fetch("SELECT entries FROM bucket WHERE number = ?", [Int64(number)]) { try bytes($0, 0) }.first ?? []
    }

    func record(_ id: RecordID, generation: UInt64) throws(KeystoreError) -> StoredRecord? {
        let sql = "SELECT id, generation, header, info FROM record WHERE id = ? AND generation = ?"
        return try fetch(sql, [Data(id.bytes), try key(generation)]) { try record($0) }.first
    }

    func records(bucket: UInt8) throws(KeystoreError) -> [StoredRecord] {
        let first = Data([bucket])
        if bucket == 255 {
            return try fetch("SELECT id, generation, header, info FROM record WHERE id >= ? ORDER BY id, generation", [first]) {
                try record($0)
            }
        }
        let sql = "SELECT id, generation, header, info FROM record WHERE id >= ? AND id < ? ORDER BY id, generation"
        return try fetch(sql, [first, Data([bucket + 1])]) { try record($0) }
    }

    func value(_ id: RecordID, generation: UInt64) throws(KeystoreError) -> [UInt8]? {
        try fetch("SELECT box FROM value WHERE id = ? AND generation = ?", [Data(id.bytes), try key(generation)]) {
            try bytes($0, 0)
        }.first
    }

    func rowCounts() throws(KeystoreError) -> RowCounts {
        func count(_ table: StaticString) throws(KeystoreError) -> UInt64 {
            try fetch("SELECT count(*) FROM \(table)", []) { UInt64(try integer($0, 0)) }.first ?? 0
        }
        return RowCounts(
            buckets: try count("bucket"), records: try count("record"), values: try count("value"), auditEntries: try count("audit"))
    }

    func audit(from first: UInt64, limit: Int) throws(KeystoreError) -> [(number: UInt64, box: [UInt8])] {
        let sql = "SELECT number, entry FROM audit WHERE number >= ? ORDER BY number LIMIT ?"
        return try fetch(sql, [try key(first), Int64(limit)]) { row in
            guard let number = UInt64(exactly: try integer(row, 0)) else { throw KeystoreError.corrupt("an audit entry has no number") }
            return (number, try bytes(row, 1))
        }
    }

    private func record(_ row: Row) throws -> StoredRecord {
        guard let generation = UInt64(exactly: try integer(row, 1)) else { throw KeystoreError.corrupt("a record has no generation") }
        return StoredRecord(
            id: try RecordID(try bytes(row, 0)), generation: generation, header: try bytes(row, 2), info: try bytes(row, 3))
    }

    // GRDB's own conversions end the process where a damaged page has another type than the table's.

    private func integer(_ row: Row, _ column: Int) throws(KeystoreError) -> Int64 {
        guard case .int64(let number) = (row[column] as DatabaseValue).storage else { throw .corrupt("\(path): a number is not there") }
        return number
    }

    private func text(_ row: Row, _ column: Int) -> String? { String.fromDatabaseValue(row[column]) }

    private func bytes(_ row: Row, _ column: Int) throws -> [UInt8] {
        try row.withUnsafeData(atIndex: column) { data in
            guard let data else { throw KeystoreError.corrupt("a field is not there") }
            return [UInt8](data)
        }
    }

    private func key(_ number: UInt64) throws(KeystoreError) -> Int64 {
        guard let key = Int64(exactly: number) else { throw .corrupt("a number is out of range") }
        return key
    }

    private func fetch<Element>(
        _ sql: String, _ arguments: StatementArguments, limit: Int = .max, _ element: (Row) throws -> Element
    ) throws(KeystoreError) -> [Element] {
        do {
            let statement = try database.cachedStatement(sql: sql)
            let rows = try Row.fetchCursor(statement, arguments: arguments)
            var elements: [Element] = []
            while elements.count < limit, let row = try rows.next() { elements.append(try element(row)) }
            return elements
        } catch {
            throw SQLiteStorage.translate(error, path)
        }
    }
}

extension StorageChange {
    /// Runs the statements of this change in the transaction that `database` is in.
    func apply(to database: Database) throws {
        if replacesEverything {
            for table in SQLiteSchema.tables { try database.execute(sql: "DELETE FROM \(table.name)") }
        }
        try database.execute(
            sql: "INSERT OR REPLACE INTO vault (id, head, buckets) VALUES (1, ?, ?)",
            arguments: [Data(state.head), Data(state.bucketVector)])
        let present = Set(try Int64.fetchAll(database, sql: "SELECT number FROM slot"))
        for number in present where UInt32(exactly: number).flatMap({ state.slots[$0] }) == nil {
            try database.execute(sql: "DELETE FROM slot WHERE number = ?", arguments: [number])
        }
        for (number, slot) in state.slots {
            let sql =
                "INSERT INTO slot (number, slot) VALUES (?, ?) ON CONFLICT (number) DO UPDATE SET slot = excluded.slot WHERE slot <> excluded.slot"
            try database.execute(sql: sql, arguments: [Int64(number), Data(slot)])
        }
        for (number, entries) in buckets {
            if entries.isEmpty {
                try database.execute(sql: "DELETE FROM bucket WHERE number = ?", arguments: [Int64(number)])
            } else {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO bucket (number, entries) VALUES (?, ?)", arguments: [Int64(number), Data(entries)])
            }
        }
        for key in removals {
            for table in ["record", "value"] {
                try database.execute(
                    sql: "DELETE FROM \(table) WHERE id = ? AND generation = ?", arguments: [Data(key.id.bytes), Int64(key.generation)])
            }
        }
        let insertRecord = try database.cachedStatement(sql: "INSERT INTO record (id, generation, header, info) VALUES (?, ?, ?, ?)")
        let insertValue = try database.cachedStatement(sql: "INSERT INTO value (id, generation, box) VALUES (?, ?, ?)")
        for addition in additions {
            let record = addition.record
            let id = Data(record.id.bytes)
            try insertRecord.execute(arguments: [id, Int64(record.generation), Data(record.header), Data(record.info)])
            if let value = addition.value { try insertValue.execute(arguments: [id, Int64(record.generation), Data(value)]) }
        }
        let insertAudit = try database.cachedStatement(sql: "INSERT INTO audit (number, entry) VALUES (?, ?)")
        for entry in audit { try insertAudit.execute(arguments: [Int64(entry.number), Data(entry.box)]) }
    }
}
