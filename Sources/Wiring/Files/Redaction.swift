internal import Exporter
internal import Settings
internal import SodiumCrypto

/// Takes secrets out of another program's configuration, for what is shown or kept of it.
struct Redaction: Sendable {
    /// What stands in place of a secret.
    static let mark = Array("<redacted>".utf8)
    /// Shorter ones could be any word: the whole line goes.
    private static let shortest = 8

    private let values: [SecretValue]
    private let lines: Set<Int>

    /// - Parameters:
    ///   - bytes: the configuration as it was.
    ///   - kind: how it is written.
    ///   - known: further secrets, of the vault.
    /// - Throws: ``WiringError/Code/invalid`` if it cannot be read: then nothing of it can be shown.
    init(_ bytes: [UInt8], as kind: ForeignDocument, known: [SecretValue]) throws(WiringError) {
        var values = known.filter { $0.bytes.count >= Self.shortest }
        var lines: Set<Int> = []
        if !bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
            let reading: ImportReading
            do throws(ExportError) { reading = try kind.read(bytes) } catch { throw WiringError(.invalid, error.description) }
            for found in reading.found {
                if found.value.bytes.count >= Self.shortest { values.append(found.value) }
                if found.value.bytes.count < Self.shortest || !Self.contains(bytes, found.value), let line = found.line {
                    lines.insert(line)
                }
            }
            for left in reading.left { lines.formUnion(left.lines.map { Set($0) } ?? []) }
        }
        self.values = values
        self.lines = lines
    }

    /// A text without secrets.
    ///
    /// - Parameter countsLines: whether it is the configuration as it was, whose lines with a short secret go.
    func apply(to bytes: [UInt8], countsLines: Bool = false) -> [UInt8] {
        var bytes = bytes
        if countsLines, !lines.isEmpty {
            var parts = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
            for line in lines where line >= 1 && line <= parts.count { parts[line - 1] = Self.mark }
            bytes = Array(parts.joined(separator: [0x0A]))
        }
        for value in values { bytes = Self.replace(value, in: bytes) }
        return Self.withoutKeys(bytes)
    }

    private static func contains(_ bytes: [UInt8], _ value: SecretValue) -> Bool { replace(value, in: bytes) != bytes }

    private static func replace(_ value: SecretValue, in bytes: [UInt8]) -> [UInt8] {
        let part = value.reveal()
        guard let first = part.first, bytes.count >= part.count else { return bytes }
        var result: [UInt8] = []
        var start = 0
        while start < bytes.count {
            if bytes[start] == first, bytes[start...].starts(with: part) {
                result += mark
                start += part.count
            } else {
                result.append(bytes[start])
                start += 1
            }
        }
        return result
    }

    /// Words that look like keys, wherever they stand: in comments, too.
    private static func withoutKeys(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var word: [UInt8] = []
        func flush() {
            result += KeyLikeText.matches(String(decoding: word, as: UTF8.self)) ? mark : word
            word = []
        }
        for byte in bytes {
            let isPart = byte > 0x20 && byte < 0x7F && !"\"'`,;:{}[]()<>".utf8.contains(byte)
            if isPart {
                word.append(byte)
            } else {
                flush()
                result.append(byte)
            }
        }
        flush()
        return result
    }
}
