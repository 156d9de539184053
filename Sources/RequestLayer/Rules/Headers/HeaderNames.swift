/// Names of headers, found whatever their case and without a copy. Underscores are hyphens: many servers give programs one name for both.
struct HeaderNames: Sendable {
    /// By their lengths, in lower case.
    private var names: [[[UInt8]]] = []
    private let prefixes: [[UInt8]]
    private let suffixes: [[UInt8]]

    /// - Parameters:
    ///   - names: whole names, in lower case.
    ///   - prefixes: what other names begin with.
    ///   - suffixes: what other names end with.
    init(_ names: some Sequence<String>, prefixes: [String] = [], suffixes: [String] = []) {
        self.prefixes = prefixes.map { Array($0.utf8) }
        self.suffixes = suffixes.map { Array($0.utf8) }
        for name in names {
            let bytes = name.utf8.map(Self.folded)
            while self.names.count <= bytes.count { self.names.append([]) }
            if !self.names[bytes.count].contains(bytes) { self.names[bytes.count].append(bytes) }
        }
    }

    func contains(_ name: String) -> Bool {
        let bytes = name.utf8
        let count = bytes.count
        if count < names.count { for candidate in names[count] where Self.begins(bytes, candidate) { return true } }
        for prefix in prefixes where count > prefix.count && Self.begins(bytes, prefix) { return true }
        for suffix in suffixes where count > suffix.count && Self.begins(bytes.dropFirst(count - suffix.count), suffix) { return true }
        return false
    }

    private static func folded(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : Byte.lowercased(byte) }

    private static func begins(_ bytes: some Sequence<UInt8>, _ prefix: [UInt8]) -> Bool {
        var iterator = bytes.makeIterator()
        for byte in prefix {
            guard let next = iterator.next(), folded(next) == byte else { return false }
        }
        return true
    }
}
