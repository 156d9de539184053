import Foundation
import Testing

/// `remove`, `rename`, `rollback`, `purge` and the audit of all of them.
@Suite struct ChangeTests {
    let home: Home

    init() throws {
        home = try Home()
        try home.store("A", "one")
        try home.store("A", "two")
        try home.store("B", "bee")
    }

    @Test func `removes, and brings back by rollback`() throws {
        let answer = try home.run("remove", "A", "B", "--json").json()
        #expect(answer["removed"] as? [String] == ["A", "B"])
        #expect(try home.run("get", "A").refused(22))
        #expect(try home.run("show", "A").refused(22))
        #expect(try home.run("list", "-q").text.isEmpty)
        let rolled = try home.run("rollback", "A", "--json").json()
        #expect(rolled["generation"] as? Int == 4)
        #expect(rolled["value_of"] as? Int == 2)
        #expect(try home.run("get", "A").text == "two")
    }

    @Test func `removes all or none`() throws {
        #expect(try home.run("remove", "A", "NOTHING").refused(22))
        #expect(try home.run("get", "A").text == "two")
    }

    @Test func `rolls back to the generation before, or to one that is named`() throws {
        #expect(try home.run("rollback", "A").code == 0)
        #expect(try home.run("get", "A").text == "one")
        #expect(try home.run("rollback", "A", "--generation", "2").code == 0)
        #expect(try home.run("get", "A").text == "two")
        #expect(try home.run("rollback", "A", "--generation", "9").refused(22))
        #expect(try home.run("rollback", "B").refused(22))
    }

    @Test func `renames the newest value and leaves the history`() throws {
        let answer = try home.run("rename", "A", "prod/A", "--json").json()
        #expect(answer["name"] as? String == "prod/A")
        #expect(answer["renamed_from"] as? String == "A")
        #expect(try home.run("get", "prod/A").text == "two")
        #expect(try home.run("get", "A").refused(22))
        #expect(try home.run("get", "A", "--generation", "1").text == "one")
        #expect(try home.run("rename", "prod/A", "B").refused(19))
        #expect(try home.run("rename", "NOTHING", "C").refused(22))
        #expect(try home.run("rename", "B", "bad name").refused(2))
    }

    @Test func `purges only when told so`() throws {
        #expect(try home.run("purge", "A").refused(2))
        #expect(try home.run("get", "A").text == "two")
        #expect(try home.run("purge", "A", "--generation", "1", "--yes").code == 0)
        #expect(try home.run("get", "A", "--generation", "1").refused(22))
        #expect(try home.run("get", "A").text == "two")
        let answer = try home.run("purge", "A", "--yes", "--json").json()
        #expect(answer["purged"] as? Bool == true)
        #expect(try home.run("history", "A").refused(22))
        #expect(try home.run("purge", "NOTHING", "--yes").refused(22))
    }

    @Test func `writes an audit entry for each change`() throws {
        try home.run("rename", "B", "C")
        try home.run("rollback", "A")
        try home.run("remove", "A")
        try home.run("purge", "A", "--yes")
        let entries = try #require(try home.run("audit", "list", "--json").json()["entries"] as? [[String: Any]])
        let operations = entries.compactMap { $0["operation"] as? String }
        #expect(operations == ["create", "set", "set", "set", "rename", "rename", "rollback", "remove", "purge"])
        #expect(entries.map { $0["number"] as? Int } == (1...9).map { $0 })
        #expect(Set(try #require(entries.first).keys) == ["number", "time", "operation", "subject", "generation", "uid", "pid"])
        #expect(try home.run("audit", "verify", "--json").json()["entries"] as? Int == 9)
        #expect(try home.run("audit", "list").text.contains("rollback"))
    }
}
