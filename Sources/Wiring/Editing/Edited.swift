internal import Foundation

/// A configuration with Warder's part in it.
struct Edited: Sendable {
    /// The whole.
    var bytes: [UInt8]
    /// What is Warder's in it, in the order in which it was written.
    var changes: [Change] = []
    /// What changed, as people read it: lines that begin with `-` or `+`. Nothing of what stood there before but names of models.
    var lines: [String] = []

    /// A value that Warder has written.
    struct Change: Codable, Equatable, Sendable {
        /// Where it stands.
        let path: [String]
        /// What stood there, as it was written; nil if nothing did.
        let old: Data?
        /// What stands there now, in the configuration's own notation.
        let new: String
        /// How many parts of the path were there before.
        let depth: Int
        /// Whether it is an element of the list at the path.
        var isElement = false

        /// Whether it is which model or provider is used: its user may choose another at any time, and no key depends on it.
        var isChoice: Bool { ["model", "primary", "model_provider", "active_provider"].contains(path.last ?? "") }
    }

    /// Notes a value that is set.
    mutating func note(_ path: [String], _ value: ConfigurationValue, replacing old: String??) {
        let name = path.joined(separator: ".")
        if let old { lines.append("- \(name): \(old ?? "(another value)")") }
        lines.append("+ \(name): \(value.json(indentation: "  "))")
    }

    /// A text that may be shown where a model or its provider stood: one that could be nothing else.
    static func shown(_ path: [String], _ text: String?) -> String? {
        let names: Set = ["model", "primary", "model_provider", "active_provider"]
        guard let text, let last = path.last, names.contains(last), text.utf8.count <= 80 else { return nil }
        let parts = text.split(whereSeparator: { "/-_.:@".contains($0) })
        let isName = parts.allSatisfy {
            $0.utf8.count <= 16 && $0.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || (0x30...0x39).contains($0) }
        }
        return isName && !parts.isEmpty ? JSONText.quote(text) : nil
    }
}

/// Whether two names are the same bytes: canonically equal ones are two to every parser.
func isSameName(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

extension WiringError {
    /// A value that Warder has written is another one now.
    static func changed(_ path: [String]) -> WiringError {
        WiringError(.conflict, "\(path.joined(separator: ".")) is not what Warder wrote any more", hint: "put it right or take it out")
    }
}
