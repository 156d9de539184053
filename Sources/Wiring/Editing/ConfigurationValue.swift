internal import Settings

/// A value for another program's configuration.
indirect enum ConfigurationValue: Equatable, Sendable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case array([ConfigurationValue])
    /// In the order in which it is written.
    case object([(String, ConfigurationValue)])

    static func == (left: ConfigurationValue, right: ConfigurationValue) -> Bool {
        switch (left, right) {
        case (.text(let left), .text(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.flag(let left), .flag(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left.elementsEqual(right) { $0.0 == $1.0 && $0.1 == $1.1 }
        default: false
        }
    }

    /// As JSON, on one line if it is short.
    ///
    /// - Parameters:
    ///   - indentation: of the line on which it begins.
    ///   - unit: what a level more has.
    func json(indentation: String = "", unit: String = "  ") -> String {
        switch self {
        case .text(let text): return JSONText.quote(text)
        case .number(let number): return String(number)
        case .flag(let flag): return flag ? "true" : "false"
        case .array(let elements):
            return Self.block("[", "]", elements.map { $0.json(indentation: indentation + unit, unit: unit) }, indentation, unit)
        case .object(let members):
            return Self.block(
                "{", "}", members.map { "\(JSONText.quote($0.0)): \($0.1.json(indentation: indentation + unit, unit: unit))" }, indentation,
                unit)
        }
    }

    private static func block(_ open: String, _ close: String, _ parts: [String], _ indentation: String, _ unit: String) -> String {
        if parts.isEmpty { return open + close }
        let line = "\(open) \(parts.joined(separator: ", ")) \(close)"
        if line.utf8.count <= 100, !line.utf8.contains(UInt8(ascii: "\n")) { return line }
        let inner = parts.map { "\(indentation)\(unit)\($0)" }.joined(separator: ",\n")
        return "\(open)\n\(inner)\n\(indentation)\(close)"
    }

    /// As settings in TOML have it.
    var toml: SettingsValue {
        switch self {
        case .text(let text): .text(text)
        case .number(let number): .number(number)
        case .flag(let flag): .flag(flag)
        case .array(let elements): .array(elements.map(\.toml))
        case .object(let members): .inline(members.map { ($0.0, $0.1.toml) })
        }
    }
}

/// Strings of JSON.
enum JSONText {
    /// A string in quotes; JSON5 and YAML read it alike.
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.properties.generalCategory == .control || scalar == "\u{2028}" || scalar == "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
