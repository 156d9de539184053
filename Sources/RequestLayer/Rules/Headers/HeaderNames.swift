/// Names of headers, found whatever their case and without a copy.
struct HeaderNames: Sendable {
    /// By their lengths, in lower case.
    private var names: [[[UInt8]]] = []
    private let prefixes: [[UInt8]]

    /// - Parameters:
    ///   - names: whole names, in lower case.
    ///   - prefixes: what other names begin with.
    init(_ names: some Sequence<String>, prefixes: [String] = []) {
        self.prefixes = prefixes.map { Array($0.utf8) }
        for name in names {
            let bytes = Array(name.utf8)
            while self.names.count <= bytes.count { self.names.append([]) }
            if !self.names[bytes.count].contains(bytes) { self.names[bytes.count].append(bytes) }
        }
    }

    func contains(_ name: String) -> Bool {
        let bytes = name.utf8
        let count = bytes.count
        if count < names.count { for candidate in names[count] where Self.begins(bytes, candidate) { return true } }
        for prefix in prefixes where count > prefix.count && Self.begins(bytes, prefix) { return true }
        return false
    }

    private static func begins(_ bytes: String.UTF8View, _ prefix: [UInt8]) -> Bool {
        var iterator = bytes.makeIterator()
        for byte in prefix {
            guard let next = iterator.next(), Byte.lowercased(next) == byte else { return false }
        }
        return true
    }
}
