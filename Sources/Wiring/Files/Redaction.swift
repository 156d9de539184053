internal import Exporter
internal import Settings
internal import SodiumCrypto

/// Takes secrets out of another program's configuration, for what is shown or kept of it.
struct Redaction: Sendable {
    /// What stands in place of a secret.
    static let mark = Array("<redacted>".utf8)
    /// Shorter ones could be any word: the whole line goes.
    private static let shortest = 8

    /// What they are.
    private var values: [SecretValue]
    /// Strings that say one of them, as they are written: in quotes, maybe with escapes.
    private var notations: [[UInt8]] = []
    /// Lines in which one is that cannot be found otherwise.
    private var lines: Set<[UInt8]> = []

    /// - Parameters:
    ///   - bytes: the configuration as it was.
    ///   - kind: how it is written.
    ///   - known: further secrets, of the vault.
    /// - Throws: ``WiringError/Code/invalid`` if it cannot be read: then nothing of it can be shown.
    init(_ bytes: [UInt8], as kind: ForeignDocument, known: [SecretValue]) throws(WiringError) {
        values = known.filter { $0.bytes.count >= Self.shortest }
        if bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) { return }
        do throws(ExportError) {
            let reading = try kind.read(bytes)
            let parts = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
            var hidden = reading.left.flatMap { left in left.lines.map { Array($0) } ?? [] }
            let strings = try kind.strings(bytes).map { (notation: $0.notation, text: try? SecretValue(copying: $0.text)) }
            for found in reading.found {
                let notations = strings.filter { $0.text.map { SecretBytes.isEqual($0.bytes, found.value.bytes) } ?? false }.map(\.notation)
                self.notations += notations
                let isFindable = !notations.isEmpty || (found.value.bytes.count >= Self.shortest && Self.contains(bytes, found.value))
                if !isFindable, let line = found.line { hidden.append(line) }
            }
            lines = Set(hidden.filter { parts.indices.contains($0 - 1) }.map { parts[$0 - 1] })
            values += reading.found.map(\.value).filter { $0.bytes.count >= Self.shortest }
        } catch { throw WiringError(.invalid, error.description) }
    }

    /// A text without secrets.
    func apply(to bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        if !lines.isEmpty {
            let parts = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
            bytes = Array(parts.map { lines.contains($0) ? Self.mark : $0 }.joined(separator: [0x0A]))
        }
        for notation in notations { bytes = Self.replace(notation, in: bytes) }
        for value in values { bytes = Self.replace(value.reveal(), in: bytes) }
        return Self.withoutKeys(bytes)
    }

    private static func contains(_ bytes: [UInt8], _ value: SecretValue) -> Bool { replace(value.reveal(), in: bytes) != bytes }

    private static func replace(_ part: [UInt8], in bytes: [UInt8]) -> [UInt8] {
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
