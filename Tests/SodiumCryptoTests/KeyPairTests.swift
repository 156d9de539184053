import SodiumCrypto
import Testing

@Suite struct KeyPairTests {
    struct Vector: Decodable {
        let name: String
        let secret, `public`: Hex
    }

    @Test func `derives the public keys of RFC 7748`() throws {
        for vector in try VectorFile<Vector>.load("x25519") {
            let publicKey = try KeyPair(secretKey: secretKey(vector.secret.bytes)).publicKey
            #expect(publicKey.bytes == vector.public.bytes, "\(vector.name)")
        }
    }

    @Test func `opens a key that was sealed to it`() throws {
        let pair = try KeyPair(secretKey: .random())
        let key = try SecretKey.random()
        let sealed = try pair.publicKey.seal(key)
        #expect(sealed.count == PublicKey.sealedKeyByteCount)
        let opened = try pair.open(sealed).revealed
        let expected = key.revealed
        #expect(opened == expected)
        let again = try pair.publicKey.seal(key)
        #expect(again != sealed)
    }

    @Test func `refuses changed bits, other lengths and other pairs`() throws {
        let pair = try KeyPair(secretKey: .random())
        let other = try KeyPair(secretKey: .random())
        let sealed = try pair.publicKey.seal(.random())
        // Bit 255 of a point is ignored by X25519, but the nonce is a hash of the whole point.
        for bit in 0..<(sealed.count * 8) {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let code = failure { () throws(SodiumError) in _ = try pair.open(changed) }
            #expect(code == .authenticationFailure, "bit \(bit)")
        }
        for wrong in [[], sealed.dropLast(), sealed + [0]] {
            let code = failure { () throws(SodiumError) in _ = try pair.open(Array(wrong)) }
            #expect(code == .authenticationFailure)
        }
        let code = failure { () throws(SodiumError) in _ = try other.open(sealed) }
        #expect(code == .authenticationFailure)
    }

    @Test func `refuses to seal to a point of small order`() throws {
        let zero = try PublicKey([UInt8](repeating: 0, count: 32))
        let one = try PublicKey([1] + [UInt8](repeating: 0, count: 31))
        for point in [zero, one] {
            let code = failure { () throws(SodiumError) in _ = try point.seal(.random()) }
            #expect(code == .invalidParameters)
        }
    }

    @Test(arguments: [0, 31, 33]) func `refuses a public key that is not 32 bytes`(count: Int) {
        let code = failure { () throws(SodiumError) in _ = try PublicKey([UInt8](repeating: 0, count: count)) }
        #expect(code == .invalidParameters)
    }

    @Test(.enabled(if: Python.hasNaCl, "needs python3-nacl")) func `opens what PyNaCl sealed`() throws {
        let pair = try KeyPair(secretKey: .random())
        let message = [UInt8](1...32)
        let program = """
            import sys, nacl.public
            box = nacl.public.SealedBox(nacl.public.PublicKey(bytes.fromhex(sys.argv[1])))
            print(",".join(str(b) for b in box.encrypt(bytes.fromhex(sys.argv[2]))))
            """
        let sealed = try Python.run(program, hexadecimal(pair.publicKey.bytes), hexadecimal(message))
        let opened = try pair.open(sealed.split(separator: ",").compactMap { UInt8($0) }).revealed
        #expect(opened == message)
    }

    @Test(.enabled(if: Python.hasNaCl, "needs python3-nacl")) func `seals what PyNaCl opens`() throws {
        let secret = try randomBytes(32)
        let pair = try KeyPair(secretKey: secretKey(secret))
        let message = [UInt8](101...132)
        let program = """
            import sys, nacl.public
            box = nacl.public.SealedBox(nacl.public.PrivateKey(bytes.fromhex(sys.argv[1])))
            print(box.decrypt(bytes.fromhex(sys.argv[2])).hex())
            """
        let sealed = try pair.publicKey.seal(secretKey(message))
        let opened = try Python.run(program, hexadecimal(secret), hexadecimal(sealed))
        #expect(opened == hexadecimal(message))
    }
}
