import SodiumCrypto
import Testing

@testable import Agent
@testable import Keystore

/// Messages as bytes.
@Suite struct AgentMessageTests {
    private func plain(_ message: AgentMessage) -> [[UInt8]] { message.fields.map(\.plain) }

    /// What follows the first length.
    private func body(_ message: AgentMessage) throws -> SecretValue {
        let all = SecretValue(try message.encoded())
        return try SecretValue(copying: Array(all.reveal().dropFirst(AgentMessage.headerByteCount)))
    }

    @Test(arguments: [[], [[]], [[1]], [[], [0, 255], []], [[UInt8](repeating: 7, count: 100_000), [1, 2, 3]]] as [[[UInt8]]])
    func `come back as they were`(fields: [[UInt8]]) throws {
        let message = AgentMessage(17, fields.map { .bytes($0) })
        let whole = SecretValue(try message.encoded())
        let length = whole.bytes.withBytes { AgentMessage.length($0) }
        #expect(length == whole.count - AgentMessage.headerByteCount)
        let again = try AgentMessage(decoding: try body(message).bytes)
        #expect(again.kind == 17)
        #expect(plain(again) == fields)
    }

    @Test func `a secret and the same bytes are written alike`() throws {
        let bytes = [UInt8](0...200)
        let one = SecretValue(try AgentMessage(3, [.bytes(bytes)]).encoded())
        let other = SecretValue(try AgentMessage(3, [.secret(try SecretValue(copying: bytes))]).encoded())
        let isSame = SecretBytes.isEqual(one.bytes, other.bytes)
        #expect(isSame)
    }

    @Test func `every shorter form is refused`() throws {
        let whole = try body(AgentMessage(18, [.bytes([1, 2, 3]), .bytes([]), .bytes([4])])).reveal()
        // Whole fields may be missing without a message ceasing to be one.
        let ends = [1, 8, 12, whole.count]
        for count in 0..<whole.count where !ends.contains(count) {
            #expect(throws: KeystoreError.self) { try AgentMessage(decoding: SecretBytes(copying: Array(whole.prefix(count)))) }
        }
    }

    @Test func `a length is that of a message, or none`() throws {
        func length(_ bytes: [UInt8]) throws -> Int? { try SecretBytes(copying: bytes).withBytes { AgentMessage.length($0) } }
        #expect(try length([0, 0, 0, 0]) == nil)
        #expect(try length([1, 0, 0, 0]) == 1)
        #expect(try length([0, 0, 17, 0]) == AgentMessage.maximumByteCount)
        #expect(try length([1, 0, 17, 0]) == nil)
        #expect(try length([255, 255, 255, 255]) == nil)
        #expect(try length([1, 0, 0]) == nil)
    }

    @Test func `more than a request holds is not sent`() throws {
        let field = AgentMessage.Field.bytes([UInt8](repeating: 0, count: AgentMessage.maximumByteCount))
        #expect(throws: KeystoreError.self) { _ = try AgentMessage(1, [field]).encoded() }
    }
}
