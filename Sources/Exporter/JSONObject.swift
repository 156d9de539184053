internal import Foundation
public import Profiles
internal import SodiumCrypto

/// `json`: one object of strings, in the order of the variables. Holds every text, zero bytes included.
public enum JSONObject: EnvironmentFormat {
    /// `json`
    public static let name = "json"

    /// Renders an object, one variable on a line.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var bytes = Array("{".utf8)
        for (index, variable) in variables.enumerated() {
            guard let text = String(validating: variable.value.reveal(), as: UTF8.self) else {
                throw Obstacle.notUTF8.error(variable, in: JSONObject.self)
            }
            bytes += Array("\(index == 0 ? "" : ",")\n  \"\(variable.name)\": \"".utf8)
            append(text, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        }
        return bytes + Array(variables.isEmpty ? "}\n".utf8 : "\n}\n".utf8)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: bytes += [0x5C, UInt8(scalar.value)]
            case 0x0A: bytes += Array("\\n".utf8)
            case 0x0D: bytes += Array("\\r".utf8)
            case 0x09: bytes += Array("\\t".utf8)
            case ..<0x20, 0x7F, 0x2028, 0x2029:
                let digits = String(scalar.value, radix: 16)
                bytes += Array("\\u".utf8) + Array((String(repeating: "0", count: 4 - digits.count) + digits).utf8)
            default: bytes += Array(String(scalar).utf8)
            }
        }
    }

    /// Reads an object of strings. The order of its variables is that of their names.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [(name: String, value: [UInt8])] {
        guard let object = try? JSONDecoder().decode([String: String].self, from: Data(bytes)) else { throw .malformed(line: 1) }
        for name in object.keys where !VariableName.isValid(name) { throw .malformed(line: 1) }
        return object.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.utf8)) }
    }
}
