internal import CPlatform
internal import Glibc
internal import Keystore

/// The program `warderd`, which has the verbs that need the network. It stands beside this one.
enum NetworkProgram {
    /// Becomes it, or throws.
    ///
    /// - Parameter arguments: what follows its name. Never a value.
    static func become(_ arguments: [String]) throws -> Never {
        let path = try self.path()
        // It takes the same precautions for itself.
        WarderProgram.restoreInherited()
        // It has no key of the vault, and asks the agent.
        for name in ["WARDER_KEY_FILE", "WARDER_PASSPHRASE_FD"] { unsafe unsetenv(name) }
        let words = unsafe (["warderd"] + arguments).map { unsafe strdup($0) } + [nil]
        unsafe execv(path, words)
        let reason = unsafe String(cString: strerror(errno))
        throw Failure(errno == ENOENT ? .notFound : .io, "\(path): \(reason)", hints: ["`warder` needs `warderd` beside it for this"])
    }

    private static func path() throws -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe buffer.withUnsafeMutableBytes { buffer in
            guard let start = buffer.baseAddress else { return -1 }
            return unsafe readlink("/proc/self/exe", start.assumingMemoryBound(to: CChar.self), buffer.count)
        }
        guard count > 0, let slash = buffer[..<count].lastIndex(of: UInt8(ascii: "/")) else {
            throw Failure(.io, "where this program is cannot be told")
        }
        return String(decoding: buffer[..<slash], as: UTF8.self) + "/warderd"
    }
}
