internal import CPlatform
internal import Glibc
internal import Profiles
internal import SodiumCrypto

/// The environment of the program that is run.
struct ChildEnvironment {
    private var entries: [(name: String, line: [UInt8])] = []

    /// What stays with Warder.
    private static let own: Set<String> = ["WARDER_KEY_FILE", "WARDER_PASSPHRASE_FD"]
    /// The longest `NAME=value` that execve(2) takes, its end included.
    private static let maximumByteCount = 131_072

    init(inheriting: Bool) {
        guard inheriting else { return }
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let line = unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
            let name = String(decoding: line.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
            if !Self.own.contains(name) { entries.append((name, line)) }
            unsafe entry += 1
        }
    }

    func has(_ name: String) -> Bool { entries.contains { $0.name == name } }

    mutating func remove(_ name: String) { entries.removeAll { $0.name == name } }

    mutating func set(_ name: String, to value: [UInt8]) {
        entries.removeAll { $0.name == name }
        entries.append((name, Array(name.utf8) + [UInt8(ascii: "=")] + value))
    }

    /// - Throws: 26 for a value that no environment can hold.
    static func check(_ variable: EnvironmentVariable) throws {
        let hasNUL = variable.value.bytes.withBytes { span in span.byteOffsets.contains { span[$0] == 0 } }
        guard !hasNUL else {
            throw Failure(
                exitCode: Failure.unrepresentable, "\(variable.name): an environment cannot hold a zero byte",
                hints: ["--as-file \(variable.name) gives the program a file instead"])
        }
        guard variable.name.utf8.count + variable.value.count + 2 <= maximumByteCount else {
            throw Failure(
                exitCode: Failure.unrepresentable, "\(variable.name): too long for an environment",
                hints: ["--as-file \(variable.name) gives the program a file instead"])
        }
    }

    /// Becomes the program that the last `count` arguments of this process name; returns only the error number of a failure.
    ///
    /// They are handed on as they came: a `String` would repair bytes that are not UTF-8.
    func execute(lastArguments count: Int) -> Int32 {
        WarderProgram.restoreInherited()
        let lines = unsafe entries.map { unsafe Self.copy($0.line) }
        let words = unsafe (Int(CommandLine.argc) - count..<Int(CommandLine.argc)).map { unsafe CommandLine.unsafeArgv[$0] }
        _ = unsafe platform_execute(words[0], words + [nil], lines + [nil])
        return errno
    }

    private static func copy(_ bytes: [UInt8]) -> UnsafeMutablePointer<CChar>? {
        unsafe strdup((bytes + [0]).map { CChar(bitPattern: $0) })
    }
}
