/// A configuration with Warder's part in it.
struct Edited: Sendable {
    /// The whole.
    var bytes: [UInt8]
    /// The places that changed, in the order in which they did.
    var splices: [Splice] = []
    /// The paths of the keys that are Warder's, changed or not.
    var paths: [[String]] = []
    /// What changed, as people read it: lines that begin with `-` or `+`. Nothing of what stood there before but names of models.
    var lines: [String] = []

    /// Notes a key that was set.
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
