/// Which octets may stand where in a message (RFC 9110, 5.5 and 5.6.2; RFC 9112, 3.2).
enum Octets {
    /// May stand in a method or a header's name.
    @inline(__always)
    static func isToken(_ octet: UInt8) -> Bool {
        octet < 128 && (octet < 64 ? tokenLow : tokenHigh) & (1 << UInt64(octet & 63)) != 0
    }

    /// May stand in a header's value: no control character but the tab.
    @inline(__always)
    static func isFieldValue(_ octet: UInt8) -> Bool {
        octet >= 0x20 && octet != 0x7f || octet == 0x09
    }

    /// May stand in a target: visible ASCII, and no fragment.
    @inline(__always)
    static func isTarget(_ octet: UInt8) -> Bool {
        octet > 0x20 && octet < 0x7f && octet != UInt8(ascii: "#")
    }

    @inline(__always)
    static func isBlank(_ octet: UInt8) -> Bool { octet == 0x20 || octet == 0x09 }

    /// The value of a hexadecimal digit.
    @inline(__always)
    static func hexadecimal(_ octet: UInt8) -> Int? {
        switch octet {
        case 0x30...0x39: Int(octet) - 0x30
        case 0x41...0x46: Int(octet) - 0x41 + 10
        case 0x61...0x66: Int(octet) - 0x61 + 10
        default: nil
        }
    }

    private static let tokenLow = mask("!#$%&'*+-.0123456789", from: 0)
    private static let tokenHigh = mask("ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~", from: 64)

    private static func mask(_ characters: StaticString, from first: UInt8) -> UInt64 {
        "\(characters)".utf8.reduce(into: 0) { $0 |= 1 << UInt64($1 - first) }
    }
}

extension Span<UInt8> {
    /// Whether a range of octets is this text, which is in lower case, in any case.
    @inline(__always)
    func equals(_ text: StaticString, in range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        let wanted = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        for offset in 0..<range.count {
            let octet = unsafe wanted[offset]
            let found = self[range.lowerBound + offset]
            guard found == octet || (found | 0x20 == octet && found >= 0x41 && found <= 0x5a) else { return false }
        }
        return true
    }

    /// A decimal number: digits only, and no more than fit.
    func decimal(in range: Range<Int>) -> Int? {
        guard !range.isEmpty, range.count <= 18 else { return nil }
        var number = 0
        for index in range {
            let octet = self[index]
            guard octet >= 0x30, octet <= 0x39 else { return nil }
            number = number * 10 + Int(octet - 0x30)
        }
        return number
    }
}
