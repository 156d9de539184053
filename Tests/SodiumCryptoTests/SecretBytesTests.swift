import Testing

@testable import SodiumCrypto

@Suite struct SecretBytesTests {
    @Test(arguments: [0, 1, 63, 64, 65, 4096, 16_384, 16_385, 70_000]) func `holds what was put in`(count: Int) throws {
        let bytes = try randomBytes(count)
        let copied = try SecretBytes(copying: bytes)
        let filled = try SecretBytes(capacity: count) { $0.append(contentsOf: bytes) }
        let copiedBytes = copied.revealed
        let filledBytes = filled.revealed
        let equal = SecretBytes.isEqual(copied, filled)
        let counts = [copied.count, filled.count]
        #expect(copiedBytes == bytes)
        #expect(filledBytes == bytes)
        #expect(equal)
        #expect(counts == [count, count])
    }

    @Test(arguments: [(100, 0), (100, 1), (100, 64), (20_000, 3), (70_000, 69_999)])
    func `is as long as what was written, not as what was asked for`(capacity: Int, written: Int) throws {
        let bytes = try randomBytes(written)
        let secret = try SecretBytes(capacity: capacity) { $0.append(contentsOf: bytes) }
        let contents = secret.revealed
        #expect(contents == bytes)
    }

    @Test func `passes on what filling throws`() {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            _ = try SecretBytes(capacity: 100) { span in
                span.append(1)
                throw Stop()
            }
        }
    }

    @Test func `compares contents and lengths`() throws {
        func equal(_ left: [UInt8], _ right: [UInt8]) throws -> Bool {
            SecretBytes.isEqual(try SecretBytes(copying: left), try SecretBytes(copying: right))
        }
        let results = [
            try equal([], []), try equal([1, 2], [1, 2]), try equal([1, 2], [1, 3]), try equal([1, 2], [1, 2, 0]), try equal([], [0]),
        ]
        #expect(results == [true, true, false, false, false])
        #expect(isEqualInConstantTime([1, 2], [1, 2]))
        #expect(!isEqualInConstantTime([1, 2], [1, 3]))
        #expect(!isEqualInConstantTime([1, 2], [1, 2, 3]))
        #expect(isEqualInConstantTime([], []))
    }

    @Test(arguments: [0, 31, 33]) func `makes no key of other than 32 bytes`(count: Int) {
        let code = failure { () throws(SodiumError) in _ = try SecretKey(SecretBytes(copying: [UInt8](repeating: 1, count: count))) }
        #expect(code == .invalidParameters)
    }

    @Test func `copies a key, and draws a new one each time`() throws {
        let key = try SecretKey.random()
        let copy = try key.copy().revealed
        let original = key.revealed
        let another = try SecretKey.random().revealed
        #expect(copy == original)
        #expect(another != original)
    }

    @Test func `keeps thousands of secrets apart`() throws {
        var generator = SystemRandomNumberGenerator()
        var live: [(value: SecretValue, seed: UInt8)] = []
        // Kept below what guarded memory can map: one region for each large secret is three mappings.
        for number in 0..<5000 {
            let count = Int.random(in: 0...70_000, using: &generator) >> (number % 8)
            let seed = UInt8.random(in: 0...255, using: &generator)
            live.append((try SecretValue(copying: pattern(count, seed)), seed))
            if number % 3 == 2 { live.remove(at: Int.random(in: 0..<live.count, using: &generator)) }
        }
        let intact = live.allSatisfy { $0.value.reveal() == pattern($0.value.count, $0.seed) }
        #expect(intact)
    }

    private func pattern(_ count: Int, _ seed: UInt8) -> [UInt8] {
        var bytes = [UInt8](repeating: seed, count: count)
        for index in stride(from: 0, to: count, by: 61) { bytes[index] = UInt8(truncatingIfNeeded: index) }
        return bytes
    }
}

@Suite struct SecretValueTests {
    @Test func `prints as redacted, whatever prints it`() throws {
        let value = try SecretValue(copying: Array("hunter2".utf8))
        var dumped = ""
        dump(value, to: &dumped)
        var dumpedWithin = ""
        dump(["API_KEY": value], to: &dumpedWithin)
        for text in ["\(value)", value.description, value.debugDescription, String(describing: value), String(reflecting: value)] {
            #expect(text == "<redacted>")
        }
        for text in [dumped, dumpedWithin, "\([value])", "\(["API_KEY": value])", String(reflecting: Optional(value))] {
            #expect(text.contains("<redacted>"))
            #expect(!text.contains("hunter2") && !text.contains("104") && !text.contains("7"))
        }
        #expect(Mirror(reflecting: value).children.isEmpty)
    }

    @Test func `reveals its bytes`() throws {
        let value = try SecretValue(copying: [1, 2, 3])
        #expect(value.reveal() == [1, 2, 3])
        #expect(value.count == 3)
    }
}
