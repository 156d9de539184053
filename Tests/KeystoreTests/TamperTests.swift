import SodiumCrypto
import Testing

@testable import Keystore

/// What is tried on a tampered vault.
enum TamperOperation: Sendable, CustomStringConvertible {
    case unlock, unlockWithPassphrase, list, verify, set, trail
    case get(String)
    case generation(String, UInt64)
    case history(String)

    var description: String {
        switch self {
        case .unlock: "unlock"
        case .unlockWithPassphrase: "unlock with the passphrase"
        case .list: "list"
        case .verify: "verify"
        case .set: "set"
        case .trail: "audit trail"
        case .get(let secretName): "get \(secretName)"
        case .generation(let secretName, let generation): "get \(secretName), generation \(generation)"
        case .history(let secretName): "history of \(secretName)"
        }
    }
}

/// A change made behind Warder's back, and what each operation must say to it: an error's code, or nil for the right answer.
struct TamperCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let expected: [(TamperOperation, KeystoreError.Code?)]
    let change: @Sendable (TamperedVault) throws -> Void

    init(
        _ description: String, _ expected: [(TamperOperation, KeystoreError.Code?)],
        _ change: @escaping @Sendable (TamperedVault) throws -> Void
    ) {
        testDescription = description
        self.expected = expected
        self.change = change
    }

    /// A change that makes everything fail alike.
    init(_ description: String, everything code: KeystoreError.Code, _ change: @escaping @Sendable (TamperedVault) throws -> Void) {
        let operations: [TamperOperation] = [.get("A"), .get("B"), .get("C"), .get("none"), .list, .history("A"), .trail, .verify, .set]
        self.init(description, operations.map { ($0, code) }, change)
    }

    static let all = records + index + heads + slots + audits + files + states + anchors
}

@Suite struct TamperTests {
    @Test(arguments: TamperCase.all) func `refuses`(tamper: TamperCase) throws {
        let vault = try TamperedVault()
        try tamper.change(vault)
        for (operation, expected) in tamper.expected {
            var isRight = true
            let found = code { isRight = try answersRight(vault, operation) }
            #expect(found == expected, "\(operation)")
            #expect(isRight, "\(operation) gave a wrong answer")
        }
    }

    @Test func `answers an untouched vault`() throws {
        let vault = try TamperedVault()
        for operation: TamperOperation in [.get("A"), .get("B"), .generation("A", 1), .history("A"), .list, .trail, .verify, .set] {
            #expect(try answersRight(vault, operation), "\(operation)")
        }
        #expect(code { _ = try answersRight(vault, .get("C")) } == .notFound)
        #expect(code { _ = try answersRight(vault, .get("none")) } == .notFound)
        #expect(try answersRight(TamperedVault(), .unlockWithPassphrase))
    }

    @Test func `has at least sixty cases, each under its own name`() {
        #expect(TamperCase.all.count >= 60)
        #expect(Set(TamperCase.all.map(\.testDescription)).count == TamperCase.all.count)
    }

    /// Whether an operation that succeeds says what was stored.
    private func answersRight(_ vault: TamperedVault, _ operation: TamperOperation) throws -> Bool {
        let truth = vault.template.truth
        switch operation {
        case .unlock: _ = try vault.unlocked()
        case .unlockWithPassphrase: _ = try vault.unlocked(vault.template.passphrase)
        case .list:
            return try vault.unlocked().list().map { [$0.name.description, "\($0.generation)"] } == [
                ["A", "3"], ["B", "1"], ["D", "1"], ["long/value", "1"],
            ]
        case .verify: _ = try vault.unlocked().verify()
        case .trail: _ = try vault.unlocked().auditTrail()
        case .set: try vault.unlocked().put("A", "four")
        case .history(let secretName):
            return try vault.unlocked().history(name(secretName)).map(\.generation) == truth[secretName]?.keys.sorted(by: >)
        case .get(let secretName):
            let generations = truth[secretName] ?? [:]
            return try vault.unlocked().text(secretName) == generations[generations.keys.max() ?? 0] ?? nil
        case .generation(let secretName, let generation):
            return try vault.unlocked().text(secretName, generation: generation) == truth[secretName]?[generation] ?? nil
        }
        return true
    }
}
