package import Glibc
package import SodiumCrypto

/// An open file that closes itself.
package struct FileDescriptor: ~Copyable {
    package let number: Int32
    let path: String

    package init(number: Int32, path: String) {
        self.number = number
        self.path = path
    }

    deinit { close(number) }

    /// open(2), close-on-exec and never through a symbolic link in the last component.
    package static func open(_ path: String, _ flags: Int32, in directory: Int32 = AT_FDCWD) throws(FileError) -> FileDescriptor {
        try FileError.refuseZeroByte(in: path)
        let number = retrying { unsafe openat(directory, path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600) }
        guard number >= 0 else { throw FileError(errno: errno, path) }
        return FileDescriptor(number: number, path: path)
    }

    /// open(2) of a directory, through symbolic links.
    package static func openDirectory(_ path: String) throws(FileError) -> FileDescriptor {
        try FileError.refuseZeroByte(in: path)
        let number = retrying { unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard number >= 0 else { throw FileError(errno: errno, path) }
        return FileDescriptor(number: number, path: path)
    }

    package func status() throws(FileError) -> stat {
        var info = stat()
        guard unsafe fstat(number, &info) == 0 else { throw FileError(errno: errno, path) }
        return info
    }

    package func write(_ bytes: RawSpan) throws(FileError) {
        var failure: Int32 = 0
        unsafe bytes.withUnsafeBytes { buffer in
            var rest = unsafe buffer[...]
            while unsafe !rest.isEmpty {
                let written = retrying { unsafe Glibc.write(number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count) }
                guard written > 0 else {
                    failure = written == 0 ? EIO : errno
                    return
                }
                unsafe rest = rest.dropFirst(written)
            }
        }
        guard failure == 0 else { throw FileError(errno: failure, path) }
    }

    package func synchronize() throws(FileError) {
        guard retrying({ fsync(number) }) == 0 else { throw FileError(errno: errno, path) }
    }

    /// Reads to the end.
    ///
    /// - Throws: ``FileError/Code/unsafe`` if there are more than `maximum` bytes.
    package func readAll(maximum: Int) throws(FileError) -> SecretBytes {
        let path = self.path
        let number = self.number
        var capacity = min(maximum, 4096)
        do {
            var content = try SecretBytes(capacity: 0) { _ in }
            while true {
                let size = capacity
                var atEnd = false
                let before = content.count
                let grown = try SecretBytes(capacity: size + 1) { span in
                    content.withBytes { span.append(contentsOf: $0) }
                    atEnd = try fill(&span, from: number, path)
                }
                if atEnd, grown.count <= maximum { return grown }
                guard grown.count <= maximum, grown.count > before else {
                    throw FileError(.unsafe, path, "is larger than \(maximum) bytes")
                }
                content = grown
                capacity = min(maximum, capacity * 8)
            }
        } catch let error as FileError {
            throw error
        } catch {
            throw FileError(.io, path, "not enough memory")
        }
    }
}

/// Reads until the span is full (false) or the file ends (true).
private func fill(_ span: inout OutputRawSpan, from number: Int32, _ path: String) throws(FileError) -> Bool {
    while span.freeCapacity > 0 {
        var failure: Int32 = 0
        let count = unsafe span.withUnsafeMutableBytes { buffer, initialized in
            let free = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[initialized...])
            let count = retrying { unsafe read(number, free.baseAddress, free.count) }
            if count > 0 { initialized += count } else if count < 0 { failure = errno }
            return count
        }
        guard failure == 0 else { throw FileError(errno: failure, path) }
        if count == 0 { return true }
    }
    return false
}

/// Calls again what a signal interrupted.
package func retrying<Number: SignedInteger>(_ call: () -> Number) -> Number {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}
