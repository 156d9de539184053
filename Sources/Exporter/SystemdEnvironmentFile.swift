public import Profiles
internal import SodiumCrypto

/// `systemd-environment-file`: what `EnvironmentFile=` of a unit reads; systemd.exec(5).
public enum SystemdEnvironmentFile: EnvironmentFormat {
    /// `systemd-environment-file`
    public static let name = "systemd-environment-file"

    /// The longest `NAME=value` with which systemd still starts a unit.
    private static let maximumByteCount = 131_071

    /// Renders `NAME="value"` lines; a backslash stands before `"`, `\`, `$` and a back quote, everything else as it is.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var bytes: [UInt8] = []
        for variable in variables {
            let value = variable.value.reveal()
            guard !value.contains(0) else { throw Obstacle.nul.error(variable, in: SystemdEnvironmentFile.self) }
            guard String(validating: value, as: UTF8.self) != nil else {
                throw Obstacle.notUTF8.error(variable, in: SystemdEnvironmentFile.self)
            }
            guard variable.name.utf8.count + 1 + value.count <= maximumByteCount else {
                throw ExportError(
                    .unrepresentable, "\(variable.name): systemd starts no unit with a variable of more than \(maximumByteCount) bytes")
            }
            bytes += Array("\(variable.name)=\"".utf8)
            for byte in value {
                if special.contains(byte) { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
            bytes += Array("\"\n".utf8)
        }
        return bytes
    }

    private static let special = Array("\"\\$`".utf8)

    /// Reads a file as systemd does, assignment by assignment; what systemd passes over without a word is malformed here.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [(name: String, value: [UInt8])] {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw ExportError(.malformed, "not UTF-8: systemd refuses the whole file")
        }
        var reader = Reader(bytes: bytes)
        var variables: [(name: String, value: [UInt8])] = []
        while let variable = try reader.next() { variables.append(variable) }
        return variables
    }

    /// systemd's parser: a state machine over bytes in which both CR and LF end a line.
    private struct Reader {
        let bytes: [UInt8]
        var position = 0
        var line = 1

        var current: UInt8? { position < bytes.count ? bytes[position] : nil }

        mutating func advance() -> UInt8? {
            guard let byte = current else { return nil }
            position += 1
            if byte == 0x0A { line += 1 }
            return byte
        }

        mutating func next() throws(ExportError) -> (name: String, value: [UInt8])? {
            while let byte = current {
                if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                    _ = advance()
                } else if byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";") {
                    while let byte = advance(), byte != 0x0A, byte != 0x0D {}
                } else {
                    return try assignment()
                }
            }
            return nil
        }

        private mutating func assignment() throws(ExportError) -> (name: String, value: [UInt8]) {
            let start = line
            var key: [UInt8] = []
            while let byte = advance(), byte != UInt8(ascii: "=") {
                guard byte != 0x0A, byte != 0x0D else { throw .malformed(line: start) }
                key.append(byte)
            }
            while key.last == 0x20 || key.last == 0x09 { key.removeLast() }
            let name = String(decoding: key, as: UTF8.self)
            guard VariableName.isValid(name), bytes[position - 1] == UInt8(ascii: "=") else { throw .malformed(line: start) }
            return (name, try value(from: start))
        }

        private mutating func value(from start: Int) throws(ExportError) -> [UInt8] {
            var value: [UInt8] = []
            // Blanks at the end of what stands outside quotes are dropped.
            var kept = 0
            var isInside = false
            while let byte = advance() {
                switch byte {
                case 0x0A, 0x0D:
                    return Array(value.prefix(kept))
                case UInt8(ascii: "'") where !isInside, UInt8(ascii: "\"") where !isInside:
                    try quoted(byte, &value, start)
                    kept = value.count
                case UInt8(ascii: "\\"):
                    isInside = true
                    guard let next = advance() else { break }
                    if next != 0x0A, next != 0x0D { value.append(next) }
                    kept = value.count
                case 0x20, 0x09:
                    if isInside { value.append(byte) }
                default:
                    isInside = true
                    value.append(byte)
                    kept = value.count
                }
            }
            return Array(value.prefix(kept))
        }

        private mutating func quoted(_ quote: UInt8, _ value: inout [UInt8], _ start: Int) throws(ExportError) {
            while let byte = advance() {
                if byte == quote { return }
                guard byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") else {
                    value.append(byte)
                    continue
                }
                guard let next = advance() else { break }
                if special.contains(next) {
                    value.append(next)
                } else if next != 0x0A {
                    value += [byte, next]
                }
            }
            throw .malformed(line: start)
        }
    }
}
