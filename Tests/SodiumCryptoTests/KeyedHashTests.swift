import SodiumCrypto
import Testing

@Suite struct KeyedHashTests {
    struct Vector: Decodable {
        let key: Hex
        let label: String
        let parts: [Hex]
        let digest: Hex
    }

    private func start(_ vector: Vector) throws -> KeyedHash {
        // A label is a StaticString: the labels of make.py stand here once more.
        let label: StaticString = try #require(["test": "test" as StaticString, "slot/kek": "slot/kek"][vector.label])
        return vector.key.bytes.isEmpty ? try KeyedHash(label: label) : try KeyedHash(key: secretKey(vector.key.bytes), label: label)
    }

    @Test func `hashes labelled parts as Python's BLAKE2b does`() throws {
        for vector in try VectorFile<Vector>.load("blake2b") {
            var hash = try start(vector)
            for part in vector.parts { hash.update(part.bytes) }
            let digest = hash.finalize()
            #expect(digest.bytes == vector.digest.bytes)
        }
    }

    @Test func `makes a key of the same bytes as the hash`() throws {
        for vector in try VectorFile<Vector>.load("blake2b") {
            var hash = try start(vector)
            for part in vector.parts { hash.update(part.bytes) }
            let key = try hash.finalizeKey().revealed
            #expect(key == vector.digest.bytes)
        }
    }

    @Test func `takes secrets and numbers as parts`() throws {
        var spans = try KeyedHash(label: "test")
        try SecretBytes(copying: [1, 2, 3]).withBytes { spans.update($0) }
        spans.update(0x0102_0304_0506_0708 as UInt64)
        var arrays = try KeyedHash(label: "test")
        arrays.update([1, 2, 3])
        arrays.update([8, 7, 6, 5, 4, 3, 2, 1])
        let left = spans.finalize()
        let right = arrays.finalize()
        #expect(left == right)
    }

    @Test func `gives no two vectors the same digest`() throws {
        let vectors = try VectorFile<Vector>.load("blake2b")
        #expect(Set(vectors.map(\.digest.bytes)).count == vectors.count)
    }

    @Test(arguments: [0, 31, 33]) func `refuses a digest that is not 32 bytes`(count: Int) {
        let code = failure { () throws(SodiumError) in _ = try Digest([UInt8](repeating: 0, count: count)) }
        #expect(code == .invalidParameters)
    }
}
