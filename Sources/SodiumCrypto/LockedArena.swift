internal import CSodium
internal import Synchronization

/// Guarded, locked memory for secrets.
///
/// `sodium_malloc` costs two guard pages, one canary page and one `mlock` for every allocation, and ignores a failed `mlock`. So small
/// secrets are cut from one region of 64 KiB, locked once; only what does not fit gets a region of its own.
enum LockedArena {
    private static let blockSize = 64
    private static let blockCount = 1024

    @safe private struct Region: ~Copyable, @unchecked Sendable {
        var base: UnsafeMutableRawPointer?
        var used = [Bool](repeating: false, count: blockCount)
        var next = 0

        mutating func take(_ blocks: Int) -> Int? {
            find(blocks, from: next, to: blockCount) ?? find(blocks, from: 0, to: blockCount)
        }

        private mutating func find(_ blocks: Int, from first: Int, to end: Int) -> Int? {
            var start = first
            var index = first
            while index < end {
                if used[index] { start = index + 1 }
                index += 1
                if index - start == blocks {
                    for taken in start..<index { used[taken] = true }
                    next = index
                    return start
                }
            }
            return nil
        }
    }

    private static let region = Mutex(Region())

    /// Zeroed memory of `count` bytes that never reaches swap or a core dump (as far as the memlock limit allows).
    static func allocate(_ count: Int) throws(SodiumError) -> UnsafeMutableRawPointer {
        try Sodium.start()
        let blocks = max(1, (count + blockSize - 1) / blockSize)
        if blocks <= blockCount / 4, let shared = unsafe allocateShared(blocks) { return unsafe shared }
        guard let own = unsafe sodium_malloc(max(1, count)) else { throw SodiumError(.outOfMemory) }
        unsafe sodium_memzero(own, count)
        return unsafe own
    }

    /// Wipes memory of ``allocate(_:)`` and gives it back.
    static func free(_ pointer: UnsafeMutableRawPointer, _ count: Int) {
        let shared = region.withLock { region in
            guard let base = unsafe region.base else { return false }
            let offset = unsafe pointer - base
            guard offset >= 0, offset < blockSize * blockCount else { return false }
            unsafe sodium_memzero(pointer, count)
            let first = offset / blockSize
            for block in first..<(first + max(1, (count + blockSize - 1) / blockSize)) { region.used[block] = false }
            return true
        }
        if !shared { unsafe sodium_free(pointer) }
    }

    private static func allocateShared(_ blocks: Int) -> UnsafeMutableRawPointer? {
        unsafe region.withLock { region in
            if unsafe region.base == nil {
                unsafe region.base = sodium_malloc(blockSize * blockCount)
                if let base = unsafe region.base { unsafe sodium_memzero(base, blockSize * blockCount) }
            }
            guard let base = unsafe region.base, let block = region.take(blocks) else { return nil }
            return unsafe base + block * blockSize
        }
    }
}
