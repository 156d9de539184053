import SodiumCrypto
import Testing

@Suite struct SecretStreamTests {
    private func sealed(_ chunks: [[UInt8]], _ key: borrowing SecretKey) throws -> (header: [UInt8], chunks: [[UInt8]]) {
        var sealer = try SecretStream.Sealer(key: key)
        var result: [[UInt8]] = []
        for (index, chunk) in chunks.enumerated() {
            result.append(sealer.seal(chunk, authenticating: [9], isLast: index == chunks.count - 1))
        }
        return (sealer.header, result)
    }

    private let chunks: [[UInt8]] = [[1, 2, 3], [], [UInt8](repeating: 7, count: 100_000), [4]]

    @Test func `opens the chunks that were sealed, and says which is the last`() throws {
        let key = try SecretKey.random()
        let stream = try sealed(chunks, key)
        #expect(stream.header.count == SecretStream.headerByteCount)
        var opener = try SecretStream.Opener(key: key, header: stream.header)
        for (index, chunk) in stream.chunks.enumerated() {
            #expect(chunk.count == chunks[index].count + SecretStream.overhead)
            let (opened, isLast) = try opener.open(chunk, authenticating: [9])
            #expect(opened == chunks[index])
            #expect(isLast == (index == chunks.count - 1))
        }
    }

    @Test func `never says that a truncated stream has ended`() throws {
        let key = try SecretKey.random()
        let stream = try sealed(chunks, key)
        var opener = try SecretStream.Opener(key: key, header: stream.header)
        for chunk in stream.chunks.dropLast() {
            let isLast = try opener.open(chunk, authenticating: [9]).isLast
            #expect(!isLast)
        }
    }

    @Test(arguments: [[1, 0, 2, 3], [0, 0], [0, 2], [3], [0, 1, 2, 3, 3], [0, 1, 2, 3, 0]])
    func `refuses chunks that were moved, repeated or left out`(order: [Int]) throws {
        let key = try SecretKey.random()
        let stream = try sealed(chunks, key)
        var opener = try SecretStream.Opener(key: key, header: stream.header)
        var code: SodiumError.Code?
        do throws(SodiumError) {
            for index in order { _ = try opener.open(stream.chunks[index], authenticating: [9]) }
        } catch {
            code = error.code
        }
        #expect(code == .authenticationFailure)
    }

    @Test func `refuses changed bits, short chunks, other contexts, keys and headers`() throws {
        let key = try SecretKey.random()
        let other = try SecretKey.random()
        let stream = try sealed([[1, 2, 3]], key)
        func code(_ chunk: [UInt8], _ context: [UInt8], _ key: borrowing SecretKey, _ header: [UInt8]) -> SodiumError.Code? {
            do throws(SodiumError) {
                var opener = try SecretStream.Opener(key: key, header: header)
                _ = try opener.open(chunk, authenticating: context)
                return nil
            } catch {
                return error.code
            }
        }
        for bit in 0..<(stream.chunks[0].count * 8) {
            var changed = stream.chunks[0]
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let refusal = code(changed, [9], key, stream.header)
            #expect(refusal == .authenticationFailure, "bit \(bit)")
        }
        for bit in 0..<(stream.header.count * 8) {
            var changed = stream.header
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let refusal = code(stream.chunks[0], [9], key, changed)
            #expect(refusal == .authenticationFailure, "header bit \(bit)")
        }
        for length in 0..<stream.chunks[0].count {
            let refusal = code(Array(stream.chunks[0].prefix(length)), [9], key, stream.header)
            #expect(refusal == .authenticationFailure, "length \(length)")
        }
        let wrongContext = code(stream.chunks[0], [8], key, stream.header)
        #expect(wrongContext == .authenticationFailure)
        let wrongKey = code(stream.chunks[0], [9], other, stream.header)
        #expect(wrongKey == .authenticationFailure)
        let shortHeader = code(stream.chunks[0], [9], key, Array(stream.header.dropLast()))
        #expect(shortHeader == .invalidParameters)
        let right = code(stream.chunks[0], [9], key, stream.header)
        #expect(right == nil)
    }

    @Test func `goes on with the next chunk after one that did not open`() throws {
        let key = try SecretKey.random()
        let stream = try sealed([[1], [2]], key)
        var opener = try SecretStream.Opener(key: key, header: stream.header)
        _ = try? opener.open(stream.chunks[1], authenticating: [9])
        let first = try opener.open(stream.chunks[0], authenticating: [9]).chunk
        #expect(first == [1])
    }
}
