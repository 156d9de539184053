import Dispatch
import Testing

@testable import SodiumCrypto

@Suite struct LockedArenaTests {
    @Test(arguments: [1, 32, 64, 65, 4096, 16_384, 16_385, 100_000])
    func `gives zeroed memory, also where a secret stood`(count: Int)
        throws
    {
        // More rounds than the region has blocks, so that blocks come round again.
        for _ in 0..<(count > 16_384 ? 20 : 2100) {
            let pointer = try unsafe LockedArena.allocate(count)
            let isZero = unsafe UnsafeRawBufferPointer(start: pointer, count: count).allSatisfy { $0 == 0 }
            unsafe UnsafeMutableRawPointer(pointer).initializeMemory(as: UInt8.self, repeating: 0xA5, count: count)
            unsafe LockedArena.free(pointer, count)
            guard isZero else {
                Issue.record("\(count) bytes were not zero")
                return
            }
        }
    }

    @Test func `holds more secrets than a process may have mappings`() throws {
        // vm.max_map_count is 65,530, and a mapping of its own with its guard pages takes four.
        func content(_ number: Int) -> [UInt8] { (0..<200).map { UInt8(truncatingIfNeeded: number >> ($0 % 3 * 8)) } }
        var secrets: [SecretValue] = []
        for number in 0..<20_000 { secrets.append(try SecretValue(copying: content(number))) }
        let intact = secrets.indices.allSatisfy { secrets[$0].reveal() == content($0) }
        #expect(intact)
    }

    @Test func `serves eight threads at once`() {
        nonisolated(unsafe) var failures = [Int](repeating: 0, count: 8)
        unsafe failures.withUnsafeMutableBufferPointer { counts in
            nonisolated(unsafe) let counts = unsafe counts
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                var generator = SystemRandomNumberGenerator()
                var live: [SecretValue] = []
                for _ in 0..<3000 {
                    let count = Int.random(in: 0...600, using: &generator)
                    guard let value = try? SecretValue(copying: [UInt8](repeating: UInt8(thread + 1), count: count)) else {
                        unsafe counts[thread] += 1
                        continue
                    }
                    live.append(value)
                    if live.count > 40 { live.remove(at: Int.random(in: 0..<live.count, using: &generator)) }
                    let seen = live.randomElement(using: &generator)?.reveal() ?? []
                    if !seen.allSatisfy({ $0 == UInt8(thread + 1) }) { unsafe counts[thread] += 1 }
                }
            }
        }
        let total = unsafe failures
        #expect(total == [Int](repeating: 0, count: 8))
    }
}
