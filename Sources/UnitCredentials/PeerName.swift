/// What systemd says by the name that it gives its end of a connection: which credential it wants, and for which unit.
///
/// An abstract address, `RANDOM/unit/UNIT/CREDENTIAL` after its NUL. Any process can take such a name, so it is a claim, and only the
/// peer's user makes it true.
///
/// Source: systemd.exec(5), `LoadCredential=`; systemd 252.
struct PeerName: Equatable, Sendable {
    /// What the answer is for.
    enum Purpose: String, Sendable {
        /// A unit that is being started.
        case unit
        /// `warder apply`, which looks whether the unit would get the right value. systemd never says this.
        case check
    }

    let purpose: Purpose
    /// The unit that is started: never a template, never an alias.
    let unit: String
    /// The name under which the unit finds the credential.
    let credential: String

    /// - Parameter address: an abstract address, with the NUL that it begins with.
    /// - Returns: nil for anything else than such a name.
    init?(address: [UInt8]) {
        guard address.first == 0 else { return nil }
        let parts = address.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 4, Self.isRandom(parts[0]), Self.isUnit(parts[2]), Self.isCredential(parts[3]) else { return nil }
        guard let purpose = Purpose(rawValue: String(decoding: parts[1], as: UTF8.self)) else { return nil }
        self.purpose = purpose
        unit = String(decoding: parts[2], as: UTF8.self)
        credential = String(decoding: parts[3], as: UTF8.self)
    }

    /// 64 bits in hexadecimal, without leading zeros.
    private static func isRandom(_ text: ArraySlice<UInt8>) -> Bool {
        1...16 ~= text.count
            && text.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0 }
    }

    /// The types of units that start programs.
    private static let types = ["service", "socket", "mount", "swap"]

    /// The name of a unit that can be started: `NAME.TYPE` or `NAME@INSTANCE.TYPE`.
    ///
    /// Source: systemd.unit(5), `unit_name_is_valid()`.
    static func isUnit(_ text: some BidirectionalCollection<UInt8>) -> Bool {
        guard 1...255 ~= text.count, let dot = text.lastIndex(of: UInt8(ascii: ".")) else { return false }
        let name = text[..<dot]
        guard types.contains(String(decoding: text[text.index(after: dot)...], as: UTF8.self)), name.allSatisfy(isUnitByte) else {
            return false
        }
        guard let at = name.firstIndex(of: UInt8(ascii: "@")) else { return !name.isEmpty }
        return at != name.startIndex && name.index(after: at) != name.endIndex
    }

    private static func isUnitByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: ":-_.\\@".utf8.contains(byte)
        }
    }

    /// Printable ASCII without slash and colon, at most 255 bytes, no `.` or `..`.
    ///
    /// Source: systemd.exec(5), `credential_name_valid()`.
    static func isCredential(_ text: some Collection<UInt8>) -> Bool {
        1...255 ~= text.count && !text.elementsEqual(".".utf8) && !text.elementsEqual("..".utf8)
            && text.allSatisfy { 0x20..<0x7F ~= $0 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
    }

    /// The template that a unit is an instance of, `NAME@.TYPE`, or nil.
    static func template(of unit: String) -> String? {
        guard let at = unit.firstIndex(of: "@"), let dot = unit.lastIndex(of: "."), at < dot else { return nil }
        return String(unit[...at] + unit[dot...])
    }
}
