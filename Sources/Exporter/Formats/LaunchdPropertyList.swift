public import Profiles

/// `launchd`: a property list in XML with the key `EnvironmentVariables` of launchd.plist(5), to be merged into a job's own list.
///
/// The file is a list of its own and no job: it has no `Label`. `/usr/libexec/PlistBuddy -c 'Merge FILE' JOB` puts it into one that
/// has no `EnvironmentVariables` yet. A job in `/Library` is there for everyone to read, and `launchctl print` shows
/// its environment. Written and proven with Python's plistlib; no launchd has loaded it in the tests.
public enum LaunchdPropertyList: EnvironmentFormat {
    /// `launchd`.
    public static let name = "launchd"

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if let obstacle = Obstacle.toEnvironment(name, value) { return obstacle }
        guard let text = String(validating: value, as: UTF8.self) else { return .notUTF8 }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\t", "\n": continue
            // Parsers of XML make a line feed of it; not all take a reference instead.
            case "\r": return .carriageReturn
            case ..<" ": return .control
            case "\u{FFFE}", "\u{FFFF}": return .noncharacter
            default: continue
            }
        }
        return nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        var output = [UInt8](
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">
            <dict>
              <key>EnvironmentVariables</key>
              <dict>

            """.utf8)
        for (name, value) in try checked(variables) {
            output += "    <key>\(name)</key>\n    <string>".utf8
            for byte in value {
                switch byte {
                case UInt8(ascii: "&"): output += "&amp;".utf8
                case UInt8(ascii: "<"): output += "&lt;".utf8
                case UInt8(ascii: ">"): output += "&gt;".utf8
                default: output.append(byte)
                }
            }
            output += "</string>\n".utf8
        }
        return output + "  </dict>\n</dict>\n</plist>\n".utf8
    }

    /// Reads the strings under `EnvironmentVariables` of a list in XML, with whatever else is in it. Without the key there are none.
    ///
    /// - Throws: ``ExportError/Code/malformed``, also for a variable that is not a string or is there twice, names that no environment
    ///   has, binary lists, and entities of the document's own.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        guard let text = ScalarText(bytes, .lineFeeds) else { throw .malformed(Self.self, line: ScalarText.firstBadLine(bytes)) }
        var parser = PropertyListParser(text)
        guard parser.document() else { throw .malformed(Self.self, line: parser.line) }
        return parser.entries
    }
}
