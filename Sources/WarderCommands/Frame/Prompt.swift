internal import CPlatform
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import SodiumCrypto

/// Questions to the person at the terminal, never over standard input.
enum Prompt {
    /// The terminal, or nil if there is none.
    static func terminal() -> FileDescriptor? {
        let number = unsafe open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
        return number < 0 ? nil : FileDescriptor(number: number, path: "/dev/tty")
    }

    /// Asks for one line without echo.
    ///
    /// - Throws: 10 without a terminal, 2 for more than `maximum` bytes.
    static func hidden(_ question: String, maximum: Int = 1024, hints: [String] = unlockingHints) throws -> SecretValue {
        guard let terminal = terminal() else { throw Failure(.locked, "there is no terminal to ask at", hints: hints) }
        var isTooLong = false
        var isClosed = false
        let bytes = try SecretBytes(capacity: maximum) { span in
            unsafe span.withUnsafeMutableBytes { buffer, initialized in
                guard let start = buffer.baseAddress else { return }
                let length = unsafe platform_read_hidden_line(terminal.number, "\(question): ", start, UInt(maximum))
                isClosed = length < 0
                isTooLong = length > maximum
                initialized = max(0, min(maximum, length))
            }
        }
        guard !isClosed else { throw Failure(.locked, "the terminal was closed") }
        guard !isTooLong else { throw Failure(.invalid, "more than \(maximum) bytes") }
        return SecretValue(bytes)
    }

    /// Asks for a new passphrase, twice.
    ///
    /// - Throws: 2 if the two differ, or it is short and `mayBeWeak` is not set.
    static func newPassphrase(_ what: String, mayBeWeak: Bool, hints: [String]) throws -> SecretValue {
        let first = try hidden("New passphrase for \(what)", hints: hints)
        try check(first, mayBeWeak: mayBeWeak)
        let second = try hidden("Again")
        guard SecretBytes.isEqual(first.bytes, second.bytes) else { throw Failure(.invalid, "the two passphrases are not the same") }
        return first
    }

    /// Refuses a passphrase of fewer than 12 characters.
    static func check(_ passphrase: SecretValue, mayBeWeak: Bool) throws {
        let characters = passphrase.bytes.withBytes { span in span.byteOffsets.count { span[$0] & 0xC0 != 0x80 } }
        guard characters > 0 else { throw Failure(.invalid, "a passphrase has at least one character") }
        guard characters >= 12 || mayBeWeak else {
            throw Failure(
                .invalid, "the passphrase has fewer than 12 characters", hints: ["who copies the file can try passphrases; --weak insists"])
        }
    }

    /// Asks for one line, which the terminal shows as it is typed. White space at its ends does not count.
    ///
    /// - Throws: 10 without a terminal and when it was closed, 2 for more than 1024 bytes or what is no text.
    static func line(_ question: String) throws -> String {
        guard let terminal = terminal() else { throw Failure(.locked, "there is no terminal to ask at") }
        show("\(question): ", on: terminal.number)
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            guard retrying({ unsafe read(terminal.number, &byte, 1) }) == 1 else {
                show("\n", on: terminal.number)
                throw Failure(.locked, "the terminal was closed")
            }
            if byte == UInt8(ascii: "\n") { break }
            answer.append(byte)
        }
        guard answer.count <= 1024, let text = String(validating: answer, as: UTF8.self) else {
            throw Failure(.invalid, "that is no answer: more than 1024 bytes, or no text")
        }
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }

    /// Asks a question that is answered with y or n; anything else, and no terminal, is n.
    static func confirm(_ question: String) -> Bool {
        guard let terminal = terminal() else { return false }
        show("\(question) [y/N] ", on: terminal.number)
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while answer.count < 16, retrying({ unsafe read(terminal.number, &byte, 1) }) == 1, byte != UInt8(ascii: "\n") {
            answer.append(byte)
        }
        return answer == Array("y".utf8) || answer == Array("yes".utf8) || answer == Array("Y".utf8)
    }

    /// Shows text on the terminal and nowhere else.
    static func show(_ text: String, on terminal: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(terminal, bytes, bytes.count)
    }

    /// How to unlock without a terminal.
    static let unlockingHints = [
        "unlock it for a while with `warder unlock`, at a terminal",
        "or give a key by WARDER_KEY_FILE=PATH, a passphrase by WARDER_PASSPHRASE_FD=N, or key_file under [vault] in warder.toml",
    ]
}
