/// The target of a request in origin form, taken apart once: what is decided on is what goes upstream.
///
/// Stricter than RFC 3986, so that no two programs can read it differently. Escapes are decoded once and written anew, and what could be read
/// as another path is refused: dot segments, empty segments, escaped slashes, backslashes, escapes of escapes, parameters of segments, and
/// everything that is not printable ASCII.
struct RequestTarget {
    /// The first segment: a route or provider.
    let name: String
    /// What follows it, decoded: empty, or beginning with a slash.
    let path: String
    /// What follows the question mark, without what could be a key; nil if there is nothing.
    let query: String?
    /// Whether the query names a model.
    let hasModelInQuery: Bool

    /// Why a target is refused.
    enum Failure: Error {
        case malformed
        case tooLong
    }

    /// In bytes.
    static let lengthLimit = 4096

    /// - Throws: ``Failure``.
    init(_ uri: String) throws(Failure) {
        let bytes = Array(uri.utf8)
        guard bytes.count <= Self.lengthLimit else { throw .tooLong }
        guard bytes.first == Byte.slash else { throw .malformed }
        for byte in bytes where !(0x21...0x7E).contains(byte) || byte == Byte.backslash || byte == Byte.hash { throw .malformed }
        let end = bytes.firstIndex(of: Byte.question) ?? bytes.count
        let path = try Self.decoded(bytes[1..<end])
        let rest = Array(bytes[min(end + 1, bytes.count)...])
        query = QueryRules.stripped(rest)
        hasModelInQuery = QueryRules.namesModel(rest)
        if let slash = path.firstIndex(of: Byte.slash) {
            name = String(decoding: path[..<slash], as: UTF8.self)
            self.path = String(decoding: path[slash...], as: UTF8.self)
        } else {
            name = String(decoding: path, as: UTF8.self)
            self.path = ""
        }
    }

    /// The path after the first slash, decoded and checked.
    private static func decoded(_ bytes: ArraySlice<UInt8>) throws(Failure) -> [UInt8] {
        var path: [UInt8] = []
        path.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        var start = 0
        while index < bytes.endIndex {
            var byte = bytes[index]
            index += 1
            if byte == Byte.percent {
                guard index + 1 < bytes.endIndex, let high = Byte.hexDigit(bytes[index]), let low = Byte.hexDigit(bytes[index + 1]) else {
                    throw .malformed
                }
                byte = high << 4 | low
                index += 2
                guard (0x20...0x7E).contains(byte), byte != Byte.slash, byte != Byte.backslash, byte != Byte.percent else {
                    throw .malformed
                }
            } else if byte == Byte.slash {
                try check(path[start...])
                start = path.count + 1
            }
            guard byte != Byte.semicolon else { throw .malformed }
            path.append(byte)
        }
        try check(path[start...])
        return path
    }

    /// No empty segment, and none of dots only.
    private static func check(_ segment: ArraySlice<UInt8>) throws(Failure) {
        guard !segment.isEmpty, segment.count > 2 || !segment.allSatisfy({ $0 == Byte.dot }) else { throw .malformed }
    }

    /// A decoded path as it goes upstream.
    static func encoded(_ path: some StringProtocol) -> String {
        if path.utf8.allSatisfy(Byte.isPlainInPath) { return String(path) }
        var encoded: [UInt8] = []
        for byte in path.utf8 {
            if Byte.isPlainInPath(byte) {
                encoded.append(byte)
            } else {
                encoded += [Byte.percent, Byte.hexDigits[Int(byte >> 4)], Byte.hexDigits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}

/// Queries go upstream as they are, but for what could be a key: that is the client's, and no business of the provider's.
enum QueryRules {
    private static let keyNames: Set<String> = [
        "key", "apikey", "accesstoken", "token", "auth", "authorization", "secret", "clientsecret", "password", "sig", "signature",
        "xapikey",
        "xgoogapikey", "oauthtoken", "idtoken", "authtoken", "subscriptionkey",
    ]

    private static let modelNames: Set<String> = ["model", "models", "modelid", "engine", "deployment", "deploymentid"]

    /// The query without pairs whose names are those of keys; nil if nothing is left.
    static func stripped(_ query: [UInt8]) -> String? {
        if query.isEmpty { return nil }
        let pieces = pieces(query)
        let kept = pieces.filter { !keyNames.contains(name($0)) }
        if kept.count == pieces.count { return String(decoding: query, as: UTF8.self) }
        return kept.isEmpty ? nil : String(decoding: Array(kept.joined(separator: [Byte.ampersand])), as: UTF8.self)
    }

    /// Whether a pair has the name of a model.
    static func namesModel(_ query: [UInt8]) -> Bool { pieces(query).contains { modelNames.contains(name($0)) } }

    private static func pieces(_ query: [UInt8]) -> [ArraySlice<UInt8>] {
        query.split(whereSeparator: { $0 == Byte.ampersand || $0 == Byte.semicolon })
    }

    /// The name of a pair, one for all ways to write it: `api_key`, `API-Key`, `api%4Bey`, `apikey[0]`.
    private static func name(_ pair: ArraySlice<UInt8>) -> String {
        var name: [UInt8] = []
        var index = pair.startIndex
        while index < pair.endIndex, pair[index] != Byte.equals {
            var byte = pair[index]
            index += 1
            if byte == Byte.percent, index + 1 < pair.endIndex, let high = Byte.hexDigit(pair[index]),
                let low = Byte.hexDigit(pair[index + 1])
            {
                byte = high << 4 | low
                index += 2
            }
            if byte == UInt8(ascii: "["), !name.isEmpty { break }
            if Byte.isAlphanumeric(byte) { name.append(Byte.lowercased(byte)) }
        }
        return String(decoding: name, as: UTF8.self)
    }
}

/// Characters.
enum Byte {
    static let slash = UInt8(ascii: "/")
    static let backslash = UInt8(ascii: "\\")
    static let percent = UInt8(ascii: "%")
    static let question = UInt8(ascii: "?")
    static let hash = UInt8(ascii: "#")
    static let dot = UInt8(ascii: ".")
    static let semicolon = UInt8(ascii: ";")
    static let ampersand = UInt8(ascii: "&")
    static let equals = UInt8(ascii: "=")
    static let quote = UInt8(ascii: "\"")
    static let hexDigits = Array("0123456789ABCDEF".utf8)

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(lowercased(byte)) || (0x30...0x39).contains(byte)
    }

    /// Source: RFC 3986, section 3.3, without the semicolon.
    static func isPlainInPath(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
        case 0x2D, 0x2E, 0x5F, 0x7E, 0x2F, 0x3A, 0x40, 0x21, 0x24, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x2B, 0x2C, 0x3D: true
        default: false
        }
    }
}
