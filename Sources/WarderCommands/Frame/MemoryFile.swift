internal import CPlatform
internal import Glibc
internal import Keystore
internal import Profiles
internal import SodiumCrypto

/// A value in a file that is only memory: sealed, and gone with the last process that has it open.
enum MemoryFile {
    /// Its path as seen by any process of this user: `/proc/self` would be another one in a grandchild.
    static func make(_ variable: EnvironmentVariable) throws -> String {
        let descriptor = unsafe platform_memory_file(variable.name)
        guard descriptor >= 0 else { throw Failure(.io, "memory file: \(unsafe String(cString: strerror(errno)))") }
        var failure: Int32 = 0
        variable.value.bytes.withBytes { span in
            unsafe span.withUnsafeBytes { buffer in
                var rest = unsafe buffer[...]
                while unsafe !rest.isEmpty {
                    let count = unsafe write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    guard count > 0 else {
                        failure = errno
                        return
                    }
                    unsafe rest = rest.dropFirst(count)
                }
            }
        }
        guard failure == 0, fchmod(descriptor, 0o400) == 0, platform_seal_memory_file(descriptor) == 0,
            lseek(descriptor, 0, SEEK_SET) == 0
        else { throw Failure(.io, "memory file: \(unsafe String(cString: strerror(failure == 0 ? errno : failure)))") }
        return "/proc/\(getpid())/fd/\(descriptor)"
    }
}
