internal import SodiumCrypto

/// Looking at values, and making values of values, without taking them out of locked memory.
extension SecretValue {
    /// A text that is no secret.
    static func text(_ text: String) throws -> SecretValue { try SecretValue(copying: Array(text.utf8)) }

    /// The same without its first bytes.
    func dropping(_ count: Int) throws -> SecretValue {
        SecretValue(try bytes.withBytes { try SecretBytes(copying: $0.extracting(count..<$0.byteCount)) })
    }

    /// The same without line feeds and carriage returns at its end.
    func withoutLineEnds() throws -> SecretValue {
        let count = bytes.withBytes { span in
            var count = span.byteCount
            while count > 0, [0x0A, 0x0D].contains(span[count - 1]) { count -= 1 }
            return count
        }
        return count == self.count ? self : SecretValue(try bytes.withBytes { try SecretBytes(copying: $0.extracting(0..<count)) })
    }

    /// The same between double quotes of curl's configuration files, whose escapes are those of C.
    func escapedForCurl() throws -> SecretValue {
        func isSpecial(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") }
        return SecretValue(
            try bytes.withBytes { source in
                let extra = source.byteOffsets.count { isSpecial(source[$0]) }
                return try SecretBytes(capacity: source.byteCount + extra) { span in
                    for offset in source.byteOffsets {
                        if isSpecial(source[offset]) { unsafe span.append(UInt8(ascii: "\\"), as: UInt8.self) }
                        unsafe span.append(source[offset], as: UInt8.self)
                    }
                }
            })
    }

    /// Whether there is nothing but white space in it.
    var isBlank: Bool {
        bytes.withBytes { span in span.byteOffsets.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains(span[$0]) } }
    }

    /// Whether it begins with a text that is no secret, and goes on.
    func begins(with prefix: String) -> Bool {
        let prefix = Array(prefix.utf8)
        return count > prefix.count && bytes.withBytes { span in prefix.indices.allSatisfy { span[$0] == prefix[$0] } }
    }
}
