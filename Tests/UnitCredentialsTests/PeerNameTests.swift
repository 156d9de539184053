import SodiumCrypto
import Testing

@testable import UnitCredentials

/// The names that systemd gives its end of a connection.
struct PeerNameTests {
    private func name(_ text: String) -> PeerName? { PeerName(address: [0] + Array(text.utf8)) }

    @Test(arguments: [
        ("cf75a94f5fb859e7/unit/t1.service/openai", "t1.service", "openai"),
        ("223f6c59301f2a/unit/t1.service/OPENAI_API_KEY", "t1.service", "OPENAI_API_KEY"),
        ("0/unit/a.service/k", "a.service", "k"),
        ("1b07d78039b57e25/unit/inst@a-b\\x2dc:d.service/key", "inst@a-b\\x2dc:d.service", "key"),
        ("1/unit/a@b@c.service/x.y-z", "a@b@c.service", "x.y-z"),
        ("1/unit/-.mount/k", "-.mount", "k"), ("1/unit/a.socket/k", "a.socket", "k"), ("1/unit/dev-sda.swap/k", "dev-sda.swap", "k"),
        ("1/unit/a.service.service/two words", "a.service.service", "two words"), ("1/unit/a.service/...", "a.service", "..."),
    ])
    func `a name of systemd's says unit and credential`(_ text: String, _ unit: String, _ credential: String) throws {
        let name = try #require(self.name(text))
        #expect(name.purpose == .unit && name.unit == unit && name.credential == credential)
    }

    @Test(arguments: [
        "", "/", "///", "/unit/a.service/k", "g/unit/a.service/k", "A/unit/a.service/k", "-1/unit/a.service/k", "0x1/unit/a.service/k",
        "12345678901234567/unit/a.service/k", "1/unit/a.service", "1/unit/a.service/", "1/unit//k", "1/units/a.service/k",
        "1/Unit/a.service/k",
        "1//a.service/k", "1/unit/a.service/k/", "1/unit/a.service/k/k", "1/unit/a/k", "1/unit/.service/k", "1/unit/@.service/k",
        "1/unit/@a.service/k", "1/unit/a@.service/k", "1/unit/a.timer/k", "1/unit/a.service /k", "1/unit/a b.service/k",
        "1/unit/a\n.service/k", "1/unit/é.service/k", "1/unit/a%n.service/k", "1/unit/a.Service/k", "1/unit/a.service/.",
        "1/unit/a.service/..",
        "1/unit/a.service/a:b", "1/unit/a.service/k\n", "1/unit/a.service/\u{7F}", "1/unit/a.service/é", "1/unit/a.service/k\0",
        "1\0/unit/a.service/k", " 1/unit/a.service/k", "1/unit/\(String(repeating: "a", count: 248)).service/k",
        "1/unit/a.service/\(String(repeating: "k", count: 256))",
    ])
    func `anything else is no name`(_ text: String) {
        #expect(name(text) == nil)
    }

    @Test func `an address in the file system, and none, are no names`() {
        #expect(PeerName(address: []) == nil && PeerName(address: [0]) == nil)
        #expect(PeerName(address: Array("1/unit/a.service/k".utf8)) == nil)
        #expect(PeerName(address: [0, 0] + Array("1/unit/a.service/k".utf8)) == nil)
    }

    @Test(arguments: [
        ("a@b.service", "a@.service"), ("a@b@c.service", "a@.service"), ("a@b.c.service", "a@.service"), ("a@\\x40.socket", "a@.socket"),
    ])
    func `an instance has one template`(_ unit: String, _ template: String) {
        #expect(PeerName.template(of: unit) == template)
    }

    @Test func `a unit without an instance has no template`() {
        #expect(PeerName.template(of: "a.service") == nil && PeerName.template(of: "a") == nil)
    }
}

/// What a snapshot has for a unit.
struct CredentialSnapshotTests {
    private func credential(_ consumer: String) throws -> UnitCredential {
        UnitCredential(value: try SecretValue(copying: [1]), consumer: consumer, sources: [])
    }

    private func consumer(_ snapshot: CredentialSnapshot, _ name: String, _ unit: String) -> String? {
        guard case .credential(let found) = snapshot.entry(name, of: unit) else { return nil }
        return found.consumer
    }

    @Test func `a name stands for itself, and a template for its instances`() throws {
        var snapshot = CredentialSnapshot()
        try snapshot.add(credential("plain"), named: "k", to: "a.service")
        try snapshot.add(credential("template"), named: "k", to: "a@.service")
        try snapshot.add(credential("template"), named: "l", to: "a@.service")
        try snapshot.add(credential("instance"), named: "k", to: "a@b.service")
        #expect(snapshot.count == 4)
        for (name, unit, expected) in [
            ("k", "a.service", "plain"), ("l", "a.service", nil), ("k", "a@b.service", "instance"), ("l", "a@b.service", "template"),
            ("k", "a@c.service", "template"), ("k", "a@b@c.service", "template"), ("k", "aa@b.service", nil), ("k", "a@b.socket", nil),
            ("K", "a.service", nil), ("k", "a-b.service", nil), ("k", "A.service", nil),
        ] as [(String, String, String?)] {
            #expect(consumer(snapshot, name, unit) == expected, "\(name) of \(unit)")
        }
        #expect(snapshot.knows("a@z.service") && !snapshot.knows("b.service") && !snapshot.knows("b@z.service"))
    }

    @Test func `what two consumers give a unit under one name is given to nobody, in either order`() throws {
        var snapshot = CredentialSnapshot()
        for consumer in ["one", "two", "three"] { try snapshot.add(credential(consumer), named: "k", to: "a.service") }
        guard case .ambiguous? = snapshot.entry("k", of: "a.service") else { return #expect(Bool(false), "one of them was taken") }
    }
}
