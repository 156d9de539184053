public import Profiles
internal import SodiumCrypto

/// `sh`: for `.` and `eval` in a POSIX shell. Holds every byte but zero.
public enum Shell: EnvironmentFormat {
    /// `sh`
    public static let name = "sh"

    /// Renders `export NAME='value'` lines, a single quote as `'\''`.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var bytes: [UInt8] = []
        for variable in variables {
            let value = variable.value.reveal()
            guard !value.contains(0) else { throw Obstacle.nul.error(variable, in: Shell.self) }
            bytes += Array("export \(variable.name)='".utf8)
            for byte in value {
                if byte == UInt8(ascii: "'") { bytes += Array("'\\''".utf8) } else { bytes.append(byte) }
            }
            bytes += Array("'\n".utf8)
        }
        return bytes
    }

    /// Reads what ``write(_:)`` writes, as a shell would, and nothing else.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [(name: String, value: [UInt8])] {
        var variables: [(name: String, value: [UInt8])] = []
        var rest = bytes[...]
        var line = 1
        func skip(_ text: StaticString) -> Bool {
            let prefix = Array(text.description.utf8)
            guard rest.starts(with: prefix) else { return false }
            rest = rest.dropFirst(prefix.count)
            return true
        }
        while !rest.isEmpty {
            guard skip("export "), let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { throw .malformed(line: line) }
            let name = String(decoding: rest[..<equals], as: UTF8.self)
            rest = rest[(equals + 1)...]
            guard VariableName.isValid(name), skip("'") else { throw .malformed(line: line) }
            var value: [UInt8] = []
            while true {
                guard let quote = rest.firstIndex(of: UInt8(ascii: "'")) else { throw .malformed(line: line) }
                value += rest[..<quote]
                rest = rest[(quote + 1)...]
                guard skip("\\''") else { break }
                value.append(UInt8(ascii: "'"))
            }
            guard skip("\n") else { throw .malformed(line: line) }
            line += 1 + value.count { $0 == 0x0A }
            variables.append((name, value))
        }
        return variables
    }
}
