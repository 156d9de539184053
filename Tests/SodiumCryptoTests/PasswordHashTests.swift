import Foundation
import SodiumCrypto
import Testing

@Suite struct PasswordHashTests {
    struct Vector: Decodable {
        let passphrase, salt, key: Hex
        let passes: UInt32
        let memory: UInt64
    }

    @Test func `derives the keys that argon2-cffi derives`() throws {
        for vector in try VectorFile<Vector>.load("argon2id") {
            let key = try PasswordHash.derive(
                from: SecretBytes(copying: vector.passphrase.bytes), salt: vector.salt.bytes,
                cost: .init(passes: vector.passes, memory: vector.memory)
            ).revealed
            #expect(key == vector.key.bytes, "\(vector.passes) passes, \(vector.memory) bytes")
        }
    }

    @Test(arguments: [
        PasswordHash.Cost(passes: 0, memory: 8192), .init(passes: 1, memory: 0), .init(passes: 1, memory: 7168),
        .init(passes: 1, memory: 8193), .init(passes: 1, memory: 9000), .init(passes: 1, memory: .max),
        .init(passes: 1, memory: .max / 1024 * 1024), .init(passes: 1, memory: 1 << 43),
    ]) func `refuses a cost that Argon2id does not take`(cost: PasswordHash.Cost) {
        let code = failure { () throws(SodiumError) in
            _ = try PasswordHash.derive(from: SecretBytes(copying: [1]), salt: [UInt8](repeating: 0, count: 16), cost: cost)
        }
        #expect(code == .invalidParameters)
    }

    @Test(arguments: [0, 15, 17]) func `refuses a salt that is not 16 bytes`(count: Int) {
        let code = failure { () throws(SodiumError) in
            _ = try PasswordHash.derive(
                from: SecretBytes(copying: [1]), salt: [UInt8](repeating: 0, count: count), cost: .init(passes: 1, memory: 8192))
        }
        #expect(code == .invalidParameters)
    }

    /// Where the kernel promises any amount of memory, asking for 3 TiB would end the process instead of failing.
    private static let refusesExcess = (try? String(contentsOfFile: "/proc/sys/vm/overcommit_memory", encoding: .utf8))?.first != "1"

    @Test(.enabled(if: refusesExcess, "needs vm.overcommit_memory 0 or 2"))
    func `says that memory is short, not that the passphrase is wrong`() {
        // 3 TiB: within Argon2id's range and beyond what this machine maps.
        let code = failure { () throws(SodiumError) in
            _ = try PasswordHash.derive(
                from: SecretBytes(copying: [1]), salt: [UInt8](repeating: 0, count: 16), cost: .init(passes: 1, memory: 3 << 40))
        }
        #expect(code == .outOfMemory)
    }
}
