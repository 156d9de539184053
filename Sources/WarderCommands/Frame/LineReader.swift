internal import Glibc
internal import Keystore
internal import PrivateFiles

/// Lines of standard input, without their ends, one at a time.
enum LineReader {
    /// A value of 1 MiB, escaped as JSON does at worst, and its metadata.
    static let maximumLineByteCount = 8 << 20

    static func forEach(_ body: ([UInt8]) throws -> Void) throws {
        var pending: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = retrying { unsafe read(STDIN_FILENO, &chunk, chunk.count) }
            guard count >= 0 else { throw Failure(.io, "standard input: \(unsafe String(cString: strerror(errno)))") }
            if count == 0 { break }
            var start = 0
            for index in 0..<count where chunk[index] == UInt8(ascii: "\n") {
                try body(pending + chunk[start..<index])
                pending.removeAll(keepingCapacity: true)
                start = index + 1
            }
            pending += chunk[start..<count]
            guard pending.count <= maximumLineByteCount else {
                throw Failure(.invalid, "a line has more than \(maximumLineByteCount) bytes")
            }
        }
        if !pending.isEmpty { try body(pending) }
    }
}
