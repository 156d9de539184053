internal import Glibc
internal import PrivateFiles
internal import Profiles
internal import SodiumCrypto

/// The environment that a process was started with, as far as it has not written over it.
///
/// Source: proc(5), `/proc/PID/environ`.
struct ProcessEnvironment {
    private let block: SecretValue
    /// `NAME=value`, without the final NUL, in order.
    private let entries: [Range<Int>]
    /// Whether there is nothing: it was cleared, or the process is about to become another program.
    var isEmpty: Bool { block.count == 0 }
    /// Whether it can be what systemd gave to execve(2): entries with names of variables. Programs that change their title write it over
    /// their arguments and on into the environment, and often fill the rest of both with NULs.
    let isIntact: Bool

    /// - Throws: ``FileError``: the process is gone, or may not be looked into.
    init(of process: pid_t) throws(FileError) {
        let file = try FileDescriptor.open("/proc/\(process)/environ", O_RDONLY)
        self.init(SecretValue(try file.readAll(maximum: Self.maximumByteCount)))
    }

    /// - Parameter block: each entry with its NUL.
    init(_ block: SecretValue) {
        self.block = block
        var entries: [Range<Int>] = []
        var isIntact = block.count > 0
        block.bytes.withBytes { bytes in
            var start = 0
            var isInName = true
            for offset in 0..<bytes.byteCount {
                let byte = bytes[offset]
                if byte == 0 {
                    entries.append(start..<offset)
                    if isInName { isIntact = false }
                    start = offset + 1
                    isInName = true
                } else if isInName, byte == UInt8(ascii: "="), offset > start {
                    isInName = false
                } else if isInName, !isNameByte(byte) {
                    isIntact = false
                }
            }
            if start != bytes.byteCount { isIntact = false }
        }
        self.entries = entries
        self.isIntact = isIntact
    }

    /// The kernel allows three quarters of 8 MiB.
    private static let maximumByteCount = 8 << 20

    /// Whether a variable is there and has this value. Compares in constant time.
    ///
    /// - Throws: ``SodiumError``.
    func holds(_ name: String, _ value: SecretValue) throws(SodiumError) -> Bool {
        let prefix = Array("\(name)=".utf8)
        return try block.bytes.withBytes { (bytes: RawSpan) throws(SodiumError) -> Bool in
            // As getenv(3) does: the first one counts.
            for entry in entries where entry.count >= prefix.count {
                guard prefix.indices.allSatisfy({ bytes[entry.lowerBound + $0] == prefix[$0] }) else { continue }
                let found = try SecretBytes(copying: bytes.extracting((entry.lowerBound + prefix.count)..<entry.upperBound))
                return SecretBytes.isEqual(found, value.bytes)
            }
            return false
        }
    }
}
