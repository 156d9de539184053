import SodiumCrypto
import Testing

@testable import Agent
@testable import Keystore

/// What the agent answers, and until when.
@Suite struct AgentAnswersTests {
    let vault: Vault<LocalKeys>
    var keys: LocalKeys { vault.keys }

    init() throws {
        let key = try SecretValue(copying: [UInt8](repeating: 9, count: 32))
        vault = try Vault.create(
            in: MemoryStorage(), slots: [NewSlot(kind: .keyFile, credentials: Credentials(keyFile: key))], anchor: nil)
    }

    private var id: AgentMessage.Field { .bytes(keys.vaultID.bytes) }

    private func unlocked(_ times: AgentTimes, at now: Double = 1000) throws -> AgentAnswers {
        var answers = AgentAnswers()
        try answers.add(keys, path: "/vault", times: times, at: now)
        return answers
    }

    private func code(_ answer: AgentMessage) -> KeystoreError.Code? { KeystoreError.Code(rawValue: Int32(answer.kind)) }

    @Test func `answers as the keys themselves do`() throws {
        var answers = try unlocked(.standard)
        let name = try SecretName("a/b")
        let ids = answers.answer(AgentMessage(AgentRequest.recordIDs.rawValue, [id, .bytes(Array("a/b".utf8))]), at: 1000)
        #expect(ids.kind == AgentStatus.done)
        #expect(try ids.fields.map(\.plain) == keys.recordIDs(of: [name]).map(\.bytes))
        let mac = answers.answer(AgentMessage(AgentRequest.authenticate.rawValue, [id, .bytes([1, 2])]), at: 1000)
        #expect(try mac.fields.map(\.plain) == [keys.authenticate([1, 2]).bytes])
        let sealed = answers.answer(AgentMessage(AgentRequest.seal.rawValue, [id, .bytes([5, 6, 7]), .bytes([1])]), at: 1000)
        let box = try SealedBox(try #require(sealed.fields.first).plain)
        let opened = try #require(try keys.open([OpenRequest(box: box, context: [1])]).first).reveal()
        #expect(opened == [5, 6, 7])
        let again = answers.answer(AgentMessage(AgentRequest.open.rawValue, [id, .bytes(box.bytes), .bytes([1])]), at: 1000)
        #expect(again.fields.map(\.plain) == [[5, 6, 7]])
        // Bound to something else.
        #expect(code(answers.answer(AgentMessage(AgentRequest.open.rawValue, [id, .bytes(box.bytes), .bytes([2])]), at: 1000)) == .corrupt)
    }

    @Test func `keys that were handed over are the same keys`() throws {
        var answers = AgentAnswers()
        let request = AgentMessage(
            AgentRequest.unlock.rawValue,
            [id, .secret(try keys.rootForAgent()), .bytes(Array("/v".utf8)), .init(seconds: 60), .init(seconds: nil)])
        let answer = answers.answer(request, at: 5)
        #expect(answer.fields.map(\.plain) == [keys.fingerprint.bytes])
        #expect(answers.vaults.entries[keys.vaultID]?.deadline == 65)
        let mac = answers.answer(AgentMessage(AgentRequest.authenticate.rawValue, [id, .bytes([1, 2])]), at: 6)
        #expect(try mac.fields.map(\.plain) == [keys.authenticate([1, 2]).bytes])
    }

    @Test func `nothing is answered when the time is over`() throws {
        var answers = try unlocked(AgentTimes(total: 100, idle: 10))
        let session = AgentMessage(AgentRequest.session.rawValue, [id])
        let use = AgentMessage(AgentRequest.authenticate.rawValue, [id, .bytes([1])])
        // Asking is no use: after 10 seconds it is over all the same.
        #expect(answers.answer(session, at: 1009).kind == AgentStatus.done)
        #expect(code(answers.answer(session, at: 1010)) == .locked)
        #expect(answers.vaults.entries.isEmpty)
        answers = try unlocked(AgentTimes(total: 100, idle: 10))
        for now in stride(from: 1005.0, to: 1100, by: 5) { #expect(answers.answer(use, at: now).kind == AgentStatus.done) }
        #expect(code(answers.answer(use, at: 1100)) == .locked)
        answers = try unlocked(AgentTimes(total: nil, idle: nil))
        #expect(answers.vaults.deadline == nil)
        #expect(answers.answer(use, at: 1e12).kind == AgentStatus.done)
    }

    @Test func `locks one vault, or all`() throws {
        var answers = try unlocked(.standard)
        #expect(answers.answer(AgentMessage(AgentRequest.lock.rawValue, [.bytes([UInt8](repeating: 0, count: 16))]), at: 1000).kind == 0)
        #expect(answers.vaults.entries.count == 1)
        #expect(answers.answer(AgentMessage(AgentRequest.lock.rawValue, [id]), at: 1000).kind == AgentStatus.done)
        #expect(answers.vaults.entries.isEmpty)
        answers = try unlocked(.standard)
        #expect(answers.answer(AgentMessage(AgentRequest.lock.rawValue), at: 1000).kind == AgentStatus.done)
        #expect(answers.vaults.entries.isEmpty)
    }

    @Test func `holds so many vaults and no more`() throws {
        var answers = AgentAnswers()
        for number in 0..<UnlockedVaults.maximumCount {
            let other = try LocalKeys(root: try .random(), vaultID: try VaultID([UInt8](repeating: UInt8(number), count: 16)))
            try answers.add(other, path: "/\(number)", times: .standard, at: 0)
        }
        #expect(throws: KeystoreError.self) { try answers.add(keys, path: "/more", times: .standard, at: 0) }
        let status = answers.answer(AgentMessage(AgentRequest.status.rawValue), at: 0)
        #expect(status.fields.count == 5 * UnlockedVaults.maximumCount)
    }

    @Test func `what is no request is refused`() throws {
        var answers = try unlocked(.standard)
        let wrong: [AgentMessage] = [
            AgentMessage(0), AgentMessage(99), AgentMessage(AgentRequest.session.rawValue),
            AgentMessage(AgentRequest.open.rawValue, [id, .bytes([])]),
            AgentMessage(AgentRequest.open.rawValue, [id, .bytes([1]), .bytes([])]),
            AgentMessage(AgentRequest.seal.rawValue, [id, .bytes([1])]),
            AgentMessage(AgentRequest.authenticate.rawValue, [id]), AgentMessage(AgentRequest.unlock.rawValue, [id]),
            AgentMessage(AgentRequest.unlock.rawValue, [id, .bytes([1]), .bytes([]), .bytes([]), .bytes([])]),
            AgentMessage(AgentRequest.recordIDs.rawValue, [id, .bytes([0xFF])]),
            AgentMessage(AgentRequest.recordIDs.rawValue, [id, .bytes(Array("a//b".utf8))]),
            AgentMessage(AgentRequest.session.rawValue, [.bytes([1, 2])]),
        ]
        for message in wrong { #expect(answers.answer(message, at: 1000).kind != AgentStatus.done) }
        #expect(answers.vaults.entries.count == 1)
    }
}
