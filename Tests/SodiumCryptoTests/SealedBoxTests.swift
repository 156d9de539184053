import SodiumCrypto
import Testing

@Suite struct SealedBoxTests {
    struct Vector: Decodable {
        let key, nonce, context, plaintext, ciphertext, tag: Hex
    }

    @Test func `seals and opens as the draft of XChaCha20-Poly1305 says`() throws {
        for vector in try VectorFile<Vector>.load("xchacha20poly1305") {
            let key = try secretKey(vector.key.bytes)
            let box = try SealedBox.seal(
                SecretBytes(copying: vector.plaintext.bytes), key: key, authenticating: vector.context.bytes,
                nonce: Nonce(vector.nonce.bytes))
            #expect(box.bytes == vector.nonce.bytes + vector.ciphertext.bytes + vector.tag.bytes)
            let opened = try box.open(key: key, authenticating: vector.context.bytes).revealed
            #expect(opened == vector.plaintext.bytes)
        }
    }

    @Test(arguments: [0, 1, 63, 64, 65, 1000, 70_000]) func `opens what it sealed`(count: Int) throws {
        let key = try SecretKey.random()
        let plaintext = try randomBytes(count)
        let box = try SealedBox.seal(SecretBytes(copying: plaintext), key: key, authenticating: [1, 2, 3])
        #expect(box.bytes.count == count + SealedBox.overhead)
        let opened = try SealedBox(box.bytes).open(key: key, authenticating: [1, 2, 3]).revealed
        #expect(opened == plaintext)
    }

    @Test func `refuses every single changed bit`() throws {
        let key = try SecretKey.random()
        let box = try SealedBox.seal(SecretBytes(copying: Array("secret".utf8)), key: key, authenticating: [7])
        for bit in 0..<(box.bytes.count * 8) {
            var changed = box.bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let code = failure { () throws(SodiumError) in _ = try SealedBox(changed).open(key: key, authenticating: [7]) }
            #expect(code == .authenticationFailure, "bit \(bit)")
        }
    }

    @Test func `refuses every shorter and a longer box`() throws {
        let key = try SecretKey.random()
        let box = try SealedBox.seal(SecretBytes(copying: Array("secret".utf8)), key: key, authenticating: [])
        for length in 0..<box.bytes.count {
            let code = failure { () throws(SodiumError) in
                _ = try SealedBox(Array(box.bytes.prefix(length))).open(key: key, authenticating: [])
            }
            #expect(code == (length < 40 ? .invalidParameters : .authenticationFailure), "length \(length)")
        }
        let code = failure { () throws(SodiumError) in _ = try SealedBox(box.bytes + [0]).open(key: key, authenticating: []) }
        #expect(code == .authenticationFailure)
    }

    @Test func `refuses another context and another key`() throws {
        let key = try SecretKey.random()
        let other = try SecretKey.random()
        let box = try SealedBox.seal(SecretBytes(copying: [1, 2, 3]), key: key, authenticating: [1, 2])
        for context: [UInt8] in [[], [1], [2, 1], [1, 2, 0], [1, 3]] {
            let code = failure { () throws(SodiumError) in _ = try box.open(key: key, authenticating: context) }
            #expect(code == .authenticationFailure)
        }
        let code = failure { () throws(SodiumError) in _ = try box.open(key: other, authenticating: [1, 2]) }
        #expect(code == .authenticationFailure)
    }

    @Test func `never uses a nonce twice`() throws {
        let key = try SecretKey.random()
        let plaintext = try SecretBytes(copying: [1])
        var nonces = Set<[UInt8]>()
        for _ in 0..<1000 {
            nonces.insert(Array(try SealedBox.seal(plaintext, key: key, authenticating: []).bytes.prefix(Nonce.byteCount)))
        }
        #expect(nonces.count == 1000)
    }

    @Test(arguments: [0, 23, 25]) func `refuses a nonce that is not 24 bytes`(count: Int) {
        let code = failure { () throws(SodiumError) in _ = try Nonce([UInt8](repeating: 0, count: count)) }
        #expect(code == .invalidParameters)
    }
}

/// The code with which `body` fails, if it does.
func failure(_ body: () throws(SodiumError) -> Void) -> SodiumError.Code? {
    do {
        try body()
        return nil
    } catch {
        return error.code
    }
}
