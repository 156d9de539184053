/// What is known of a secret beside its value. It is sealed like the value.
public struct Metadata: Hashable, Sendable {
    /// What it is, such as `api-key`: `[a-z0-9-]{1,32}`, or nil.
    public var kind: String?
    /// When the value stops working, in milliseconds since 1970 UTC.
    public var expires: UInt64?
    /// When the value should be replaced, in milliseconds since 1970 UTC.
    public var rotateBy: UInt64?
    /// A line for people, up to 1,024 bytes.
    public var note: String?
    /// Up to 64 labels: keys of `[A-Za-z0-9._-]{1,64}`, values of up to 256 bytes.
    public var labels: [String: String]
    /// Host names to which the value may be sent; empty means any. Up to 64, sorted.
    public var allowedHosts: [String]

    /// Nothing known.
    public init() {
        labels = [:]
        allowedHosts = []
    }

    /// What a new generation takes over from the one before: all but the times, which belong to one value.
    public var inherited: Metadata {
        var copy = self
        copy.expires = nil
        copy.rotateBy = nil
        return copy
    }

    /// Checks every field against its bounds.
    ///
    /// - Throws: ``KeystoreError/Code/invalid``, naming the field.
    public func validate() throws(KeystoreError) {
        if let kind {
            let isFine = (1...32).contains(kind.utf8.count) && kind.utf8.allSatisfy { Self.isLower($0) || $0 == UInt8(ascii: "-") }
            guard isFine else { throw KeystoreError(.invalid, "a kind has 1 to 32 of a-z, 0-9 and '-'") }
        }
        if let note {
            guard note.utf8.count <= 1024, !Self.hasControls(note) else {
                throw KeystoreError(.invalid, "a note is one line of up to 1024 bytes")
            }
        }
        guard labels.count <= 64 else { throw KeystoreError(.invalid, "a secret has at most 64 labels") }
        for (key, value) in labels {
            let keyIsFine =
                (1...64).contains(key.utf8.count)
                && key.utf8.allSatisfy { Self.isLower($0) || (65...90).contains($0) || [45, 46, 95].contains($0) }
            guard keyIsFine, value.utf8.count <= 256, !Self.hasControls(value) else {
                throw KeystoreError(
                    .invalid, "a label is KEY=TEXT: a key of 1 to 64 letters, digits, '.', '_', '-', a text of up to 256 bytes")
            }
        }
        guard allowedHosts.count <= 64 else { throw KeystoreError(.invalid, "a secret has at most 64 allowed hosts") }
        for host in allowedHosts {
            let isFine =
                (1...253).contains(host.utf8.count)
                && host.utf8.allSatisfy { Self.isLower($0) || [UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":")].contains($0) }
                && !host.hasPrefix(".") && !host.hasPrefix("-") && !host.hasSuffix("-") && !host.contains("..")
            guard isFine else { throw KeystoreError(.invalid, "an allowed host is a host name in lower case, such as api.anthropic.com") }
        }
    }

    private static func isLower(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }

    private static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.properties.generalCategory == .control || $0.value == 0x2028 || $0.value == 0x2029 }
    }
}

/// The stored form: fields of `u8 tag | u32 length | bytes`, tags ascending, labels and hosts in byte order.
extension Metadata {
    private enum Tag: UInt8 {
        case kind = 1
        case expires, rotateBy, note, label, allowedHost
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        func add(_ tag: Tag, _ field: [UInt8]) {
            bytes.append(tag.rawValue)
            bytes.append(little: UInt32(field.count))
            bytes += field
        }
        func number(_ value: UInt64) -> [UInt8] {
            var field: [UInt8] = []
            field.append(little: value)
            return field
        }
        if let kind { add(.kind, Array(kind.utf8)) }
        if let expires { add(.expires, number(expires)) }
        if let rotateBy { add(.rotateBy, number(rotateBy)) }
        if let note { add(.note, Array(note.utf8)) }
        let keys = labels.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        for key in keys { add(.label, Array(key.utf8) + [0] + Array((labels[key] ?? "").utf8)) }
        for host in allowedHosts { add(.allowedHost, Array(host.utf8)) }
        return bytes
    }

    init(decoding bytes: [UInt8]) throws(KeystoreError) {
        self.init()
        var reader = ByteReader(bytes)
        while reader.remaining > 0 {
            let tag = Tag(rawValue: try reader.number())
            let length = Int(try reader.number(UInt32.self))
            switch tag {
            case .kind: kind = try reader.text(length)
            case .expires where length == 8: expires = try reader.number()
            case .rotateBy where length == 8: rotateBy = try reader.number()
            case .note: note = try reader.text(length)
            case .label:
                let parts = try reader.text(length).split(separator: "\0", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { throw .corrupt("a label has no value") }
                labels[String(parts[0])] = String(parts[1])
            case .allowedHost: allowedHosts.append(try reader.text(length))
            case .expires, .rotateBy: throw .corrupt("a time has the wrong length")
            case nil: throw KeystoreError(.tooNew, "a record has a field that this program does not know")
            }
        }
    }
}
