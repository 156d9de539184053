/// What a reader makes of one line, in words that say how the value differs from what stands in the file, and nothing of the value.
enum ValueDescription {
    /// - Parameters:
    ///   - entry: what was read.
    ///   - line: the line as it stands.
    ///   - name: the name under which the line is shown.
    static func words(_ entry: EnvironmentEntry, line: ArraySlice<UInt8>, name: String) -> String {
        if entry.name != name { return "another name" }
        if entry.lines.count > 1 { return "a value over lines \(entry.lines.lowerBound) to \(entry.lines.upperBound)" }
        guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return "a value" }
        let whole = line[(equals + 1)...]
        let raw = trimmed(whole)
        let value = entry.value
        if value.isEmpty { return "an empty value" }
        if let first = raw.first, first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
            return quoted(raw, value, first)
        }
        if value.elementsEqual(raw) { return raw.contains(UInt8(ascii: "#")) ? "with the # and what follows" : "as it stands" }
        if value.elementsEqual(whole) {
            return whole.last == UInt8(ascii: "\r") ? "with a carriage return" : "with the blanks around it"
        }
        for index in raw.indices where raw[index] == UInt8(ascii: "#") && value.elementsEqual(trimmed(raw[..<index])) {
            return "up to the #"
        }
        if value.elementsEqual(raw.filter { $0 != UInt8(ascii: "\\") }) { return "without the backslash" }
        return other(raw, value)
    }

    private static func quoted(_ raw: ArraySlice<UInt8>, _ value: [UInt8], _ quote: UInt8) -> String {
        if value.elementsEqual(raw) { return "with the quotes" }
        guard let end = raw.dropFirst().lastIndex(of: quote) else { return other(raw, value) }
        let inside = raw[(raw.startIndex + 1)..<end]
        let rest = raw[(end + 1)...]
        if value.elementsEqual(inside) { return rest.isEmpty ? "without the quotes" : "what is in the quotes" }
        if value.contains(UInt8(ascii: "\n")) { return "without the quotes, with a line feed for \\n" }
        if inside.contains(UInt8(ascii: "\\")), rest.isEmpty { return "without the quotes, its backslashes read" }
        return other(raw, value)
    }

    private static func other(_ raw: ArraySlice<UInt8>, _ value: [UInt8]) -> String {
        if raw.contains(UInt8(ascii: "$")), !value.contains(UInt8(ascii: "$")) { return "with its variables filled in" }
        let count = String(decoding: value, as: UTF8.self).unicodeScalars.count
        return count == 1 ? "a value of 1 character" : "a value of \(count) characters"
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text = text.dropLast() }
        return text
    }
}
