/// `[A-Za-z_][A-Za-z0-9_]*`: what every consumer takes for a variable's name.
enum VariableName {
    static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(48...57).contains(first) else { return false }
        return text.utf8.allSatisfy {
            (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
        }
    }
}
