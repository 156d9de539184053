internal import CSodium
internal import Synchronization

/// Guarded, locked memory for secrets.
///
/// `sodium_malloc` costs two guard pages, one canary page and one `mlock` for every allocation, and ignores a failed `mlock`. So small
/// secrets are cut from one region of 64 KiB, locked once; only what does not fit gets a region of its own. An import of very many secrets
/// fills further regions of 1 MiB: one mapping for each secret would meet the kernel's limit (vm.max_map_count) at some 16,000.
enum LockedArena {
    private static let blockSize = 64
    private static let firstBlockCount = 1024
    private static let furtherBlockCount = 16 * 1024
    private static let largestShare = firstBlockCount / 4

    @safe private struct Region: @unchecked Sendable {
        private let base: UnsafeMutableRawPointer
        private var used: [Bool]
        private var unused: Int
        private var next = 0

        init?(blockCount: Int) {
            guard let base = unsafe sodium_malloc(blockSize * blockCount) else { return nil }
            unsafe sodium_memzero(base, blockSize * blockCount)
            unsafe self.base = base
            used = [Bool](repeating: false, count: blockCount)
            unused = blockCount
        }

        mutating func take(_ blocks: Int) -> UnsafeMutableRawPointer? {
            guard unused >= blocks else { return nil }
            guard let start = find(blocks, from: next, to: used.count) ?? find(blocks, from: 0, to: used.count) else { return nil }
            for taken in start..<(start + blocks) { used[taken] = true }
            next = start + blocks
            unused -= blocks
            return unsafe base + start * blockSize
        }

        /// Gives false for memory that is not of this region.
        mutating func giveBack(_ pointer: UnsafeMutableRawPointer, _ count: Int) -> Bool {
            let offset = unsafe pointer - base
            guard offset >= 0, offset < blockSize * used.count else { return false }
            unsafe sodium_memzero(pointer, count)
            let first = offset / blockSize
            let blocks = LockedArena.blocks(count)
            for block in first..<(first + blocks) { used[block] = false }
            unused += blocks
            return true
        }

        private func find(_ blocks: Int, from first: Int, to end: Int) -> Int? {
            var start = first
            var index = first
            while index < end {
                if used[index] { start = index + 1 }
                index += 1
                if index - start == blocks { return start }
            }
            return nil
        }
    }

    private static let regions = Mutex<[Region]>([])

    /// Zeroed memory of `count` bytes that never reaches swap or a core dump (as far as the memlock limit allows).
    static func allocate(_ count: Int) throws(SodiumError) -> UnsafeMutableRawPointer {
        try Sodium.start()
        let blocks = blocks(count)
        if blocks <= largestShare, let shared = unsafe allocateShared(blocks) { return unsafe shared }
        guard let own = unsafe sodium_malloc(max(1, count)) else { throw SodiumError(.outOfMemory) }
        unsafe sodium_memzero(own, count)
        return unsafe own
    }

    /// Wipes memory of ``allocate(_:)`` and gives it back.
    static func free(_ pointer: UnsafeMutableRawPointer, _ count: Int) {
        let shared = regions.withLock { regions in
            for index in regions.indices.reversed() where unsafe regions[index].giveBack(pointer, count) { return true }
            return false
        }
        if !shared { unsafe sodium_free(pointer) }
    }

    private static func allocateShared(_ blocks: Int) -> UnsafeMutableRawPointer? {
        unsafe regions.withLock { regions in
            // The newest has room as a rule.
            for index in regions.indices.reversed() {
                if let block = unsafe regions[index].take(blocks) { return unsafe block }
            }
            guard var region = Region(blockCount: regions.isEmpty ? firstBlockCount : furtherBlockCount) else { return nil }
            let block = unsafe region.take(blocks)
            regions.append(region)
            return unsafe block
        }
    }

    private static func blocks(_ count: Int) -> Int { max(1, (count + blockSize - 1) / blockSize) }
}
