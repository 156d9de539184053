import Foundation
import GRDB
import SodiumCrypto
import Testing

@testable import Keystore

/// One bit of every byte of a vault's file, flipped: the same answers as before, or an error.
@Suite struct BitFlipTests {
    /// All that a vault says, as text.
    private struct Answers: Equatable, Sendable {
        var list: [Listing]
        var histories: [[Listing]]
        var values: [[UInt8]]
        var absent: KeystoreError.Code?
        var removed: KeystoreError.Code?
    }

    private static let names = ["A", "B", "long/value"]

    private static func answers(_ path: String, _ credentials: Credentials, _ anchor: Anchor) throws -> Answers {
        let vault = try Vault.unlock(SQLiteStorage(path: path), credentials: credentials, anchor: anchor).vault
        var answers = Answers(list: try vault.list(includingRemoved: true), histories: [], values: [])
        for text in names {
            let history = try vault.history(name(text))
            answers.histories.append(history)
            for listing in history { answers.values.append(try vault.get(name(text), generation: listing.generation).value.reveal()) }
            answers.values.append(try vault.get(name(text)).value.reveal())
        }
        for (text, place) in [("none", \Answers.absent), ("C", \Answers.removed)] {
            do {
                answers.values.append(try vault.get(name(text)).value.reveal())
            } catch {
                let code = (error as? KeystoreError)?.code
                guard code == .notFound else { throw error }
                answers[keyPath: place] = code
            }
        }
        return answers
    }

    @Test(.timeLimit(.minutes(10))) func `never gives a wrong, stale or missing value for a flipped bit`() async throws {
        let fixture = try Fixture()
        for (text, value) in [
            ("A", "one"), ("B", "bee"), ("A", "two"), ("C", "gone"), ("long/value", String(repeating: "long ", count: 300)),
        ] {
            try fixture.vault.put(text, value)
        }
        try fixture.vault.remove([name("C")])
        if ProcessInfo.processInfo.environment["WARDER_CRASH_FULL"] == nil {
            // The same content on smaller pages: less of the file is slack, so that every byte takes less than a minute.
            let queue = try DatabaseQueue(path: fixture.path)
            try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA page_size = 512; VACUUM") }
            try queue.close()
        }
        let file = try read(fixture.path)
        let truth = try Self.answers(fixture.path, fixture.credentials, fixture.anchor)
        try #require(truth.absent == .notFound && truth.removed == .notFound)
        var random = SeededGenerator(seed: 20_261_121)
        let bits = file.map { _ in UInt8(1) << UInt8.random(in: 0..<8, using: &random) }

        let credentials = fixture.credentials
        let shards = 4
        var (refused, same, wrong) = (0, 0, [Int]())
        try await withThrowingTaskGroup(of: (Int, Int, [Int]).self) { group in
            for shard in 0..<shards {
                group.addTask {
                    let directory = try TemporaryDirectory()
                    let path = directory.path + "/vault.db"
                    // An anchor of its own, so that no flip can spoil it for the others.
                    let anchor = try Anchor(vaultPath: path, directory: directory.path + "/anchor")
                    try write(file, path)
                    _ = try Self.answers(path, credentials, anchor)
                    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
                    defer { try? handle.close() }
                    var (refused, same, wrong) = (0, 0, [Int]())
                    for offset in stride(from: shard, to: file.count, by: shards) {
                        try handle.put(file[offset] ^ bits[offset], at: offset)
                        do {
                            let found = try Self.answers(path, credentials, anchor)
                            if found == truth { same += 1 } else { wrong.append(offset) }
                        } catch {
                            if error is KeystoreError { refused += 1 } else { wrong.append(offset) }
                        }
                        try handle.put(file[offset], at: offset)
                    }
                    return (refused, same, wrong)
                }
            }
            for try await result in group {
                refused += result.0
                same += result.1
                wrong += result.2
            }
        }
        print("bit flips: \(file.count) bytes, \(refused) refused, \(same) with the same answers, \(wrong.count) wrong")
        #expect(wrong.isEmpty, "wrong at the offsets \(wrong.prefix(20))")
        #expect(refused + same == file.count)
        // The vector alone has 8,192 bytes, each of which counts.
        #expect(refused > 8192)
    }
}

extension FileHandle {
    fileprivate func put(_ byte: UInt8, at offset: Int) throws {
        try seek(toOffset: UInt64(offset))
        try write(contentsOf: Data([byte]))
    }
}

/// Random numbers that are the same in every run: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
