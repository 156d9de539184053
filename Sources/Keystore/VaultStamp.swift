internal import Glibc

/// What changes whenever a vault's file is written or replaced, and costs one system call to read.
///
/// A file can be written twice within the resolution of its time. So a stamp that is younger than that says nothing yet: see
/// ``isSettled``.
///
/// Source: stat(2).
public struct VaultStamp: Hashable, Sendable {
    private let device: UInt
    private let file: UInt
    private let size: Int
    private let modified: Int
    private let changed: Int

    /// Whether the file was last changed so long before the stamp was taken that a later change has a later time.
    public let isSettled: Bool

    /// How long that is, in nanoseconds: some ticks of the slowest kernel clock, 100 Hz. A file system that keeps whole seconds, such as ext4
    /// with small inodes, may count them in twos.
    static func resolution(of changed: Int) -> Int { changed % 1_000_000_000 == 0 ? 3_000_000_000 : 50_000_000 }

    /// - Parameter path: the vault's file. Nil if it is not there.
    public init?(path: String) {
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else { return nil }
        device = UInt(info.st_dev)
        file = UInt(info.st_ino)
        size = Int(info.st_size)
        modified = Self.nanoseconds(info.st_mtim)
        changed = Self.nanoseconds(info.st_ctim)
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        // A time in the future, after the clock was set back, is as good as one far in the past: the next write gets another one.
        isSettled = abs(Self.nanoseconds(now) - changed) > Self.resolution(of: changed)
    }

    private static func nanoseconds(_ time: timespec) -> Int { time.tv_sec * 1_000_000_000 + time.tv_nsec }

    /// Whether two stamps are of the same file, whatever was written to it between them.
    public func isSameFile(as other: VaultStamp) -> Bool { device == other.device && file == other.file }

    /// Whether two stamps are of the same state, whenever they were taken.
    public func isSame(as other: VaultStamp) -> Bool {
        device == other.device && file == other.file && size == other.size && modified == other.modified && changed == other.changed
    }
}
