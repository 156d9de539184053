internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import SodiumCrypto

/// Where the value of a secret comes from: a file, chance, standard input when it is not a terminal, else a prompt.
enum ValueInput {
    enum LineEnd {
        /// Warn of a line feed at the end.
        case warn
        /// Take one away.
        case trim
        /// Say nothing.
        case keep
    }

    static func read(
        _ name: SecretName, file: String?, generate: Int?, lineEnd: LineEnd, options: CommonOptions
    ) throws -> SecretValue {
        if let generate { return try random(generate) }
        if let file {
            return try finish(Self.file(file), name, lineEnd, options)
        }
        if Console.inputIsTerminal {
            return try Prompt.hidden("Value of \(name)", maximum: 4095, hints: ["pipe the value in, or --from-file PATH"])
        }
        let input = FileDescriptor(number: dup(STDIN_FILENO), path: "standard input")
        guard input.number >= 0 else { throw Failure(.io, "standard input is closed") }
        return try finish(content(input), name, lineEnd, options)
    }

    private static func file(_ path: String) throws -> SecretBytes {
        let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else {
            let code: KeystoreError.Code = errno == ENOENT ? .notFound : .io
            throw Failure(code, "\(path): \(unsafe String(cString: strerror(errno)))")
        }
        return try content(FileDescriptor(number: number, path: path))
    }

    private static func content(_ file: borrowing FileDescriptor) throws -> SecretBytes {
        do {
            return try file.readAll(maximum: SecretLimits.maximumValueByteCount)
        } catch {
            guard error.code == .unsafe else { throw error }
            throw Failure(.invalid, "a value has at most \(SecretLimits.maximumValueByteCount) bytes")
        }
    }

    private static func finish(
        _ bytes: consuming SecretBytes, _ name: SecretName, _ lineEnd: LineEnd, _ options: CommonOptions
    ) throws -> SecretValue {
        let endsLine = bytes.withBytes { $0.byteCount > 0 && $0[$0.byteCount - 1] == UInt8(ascii: "\n") }
        if bytes.count == 0 { options.warn("\(name): the value is empty") }
        guard endsLine else { return SecretValue(bytes) }
        switch lineEnd {
        case .keep: break
        case .warn:
            options.warn("\(name): the value ends with a line feed, which is stored too (--trim removes it, --keep says it is meant)")
        case .trim:
            let count = bytes.count - 1
            return SecretValue(try bytes.withBytes { try SecretBytes(copying: $0.extracting(0..<count)) })
        }
        return SecretValue(bytes)
    }

    /// Characters that need no quoting in a URL, a header or a shell: 6 random bits each.
    private static func random(_ count: Int) throws -> SecretValue {
        guard (16...4096).contains(count) else { throw Failure(.invalid, "--generate takes 16 to 4096 characters") }
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        return SecretValue(
            try SecretBytes(capacity: count) { span in
                while span.freeCapacity > 0 {
                    let key = try SecretKey.random()
                    key.withBytes { bytes in
                        for offset in 0..<min(span.freeCapacity, bytes.byteCount) { span.append(alphabet[Int(bytes[offset] & 63)]) }
                    }
                }
            })
    }
}
