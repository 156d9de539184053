/// The grammar of TOML's numbers, booleans and times.
///
/// toml++ 3, which TOMLKit wraps, checks some of what it reads with assertions: `1979-05-27T` followed by no digit ends the process. So a
/// scalar is checked here first, and only a valid one reaches it.
///
/// Source: https://toml.io/en/v1.0.0, RFC 3339.
struct TOMLScalar {
    /// Longer numbers have no use and some parsers a fixed buffer for them.
    private static let maximumLength = 64
    private static let words: Set<String> = ["true", "false", "inf", "nan", "+inf", "+nan", "-inf", "-nan"]

    private var rest: ArraySlice<UInt8>

    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count <= maximumLength else { return false }
        if words.contains(String(decoding: bytes, as: UTF8.self)) { return true }
        let forms: [(inout TOMLScalar) -> Bool] = [{ $0.prefixedInteger() }, { $0.number() }, { $0.dateAndTime() }, { $0.time() }]
        return forms.contains { form in
            var scalar = TOMLScalar(rest: bytes)
            return form(&scalar) && scalar.rest.isEmpty
        }
    }

    /// `0x1F`, `0o17`, `0b11`
    private mutating func prefixedInteger() -> Bool {
        guard skip("0"), let base = rest.popFirst() else { return false }
        switch base {
        case UInt8(ascii: "x"): return digits("0123456789abcdefABCDEF")
        case UInt8(ascii: "o"): return digits("01234567")
        case UInt8(ascii: "b"): return digits("01")
        default: return false
        }
    }

    /// `-1_000`, `6.626e-34`
    private mutating func number() -> Bool {
        _ = skip("+") || skip("-")
        let isZero = skip("0")
        guard isZero || digits() else { return false }
        if skip("."), !digits() { return false }
        if skip("e") || skip("E") {
            _ = skip("+") || skip("-")
            return digits()
        }
        return true
    }

    /// `1979-05-27`, `1979-05-27T07:32:00.999-07:00`
    private mutating func dateAndTime() -> Bool {
        guard exactly(4), skip("-"), exactly(2), skip("-"), exactly(2) else { return false }
        if rest.isEmpty { return true }
        guard skip("T") || skip("t") || skip(" "), time() else { return false }
        if rest.isEmpty || skip("Z") || skip("z") { return true }
        return (skip("+") || skip("-")) && exactly(2) && skip(":") && exactly(2)
    }

    /// `07:32:00.999`
    private mutating func time() -> Bool {
        guard exactly(2), skip(":"), exactly(2), skip(":"), exactly(2) else { return false }
        guard skip(".") else { return true }
        let count = rest.prefix(while: SettingsNames.isDigit).count
        rest = rest.dropFirst(count)
        return count > 0
    }

    /// One digit or more, with single underscores between them.
    private mutating func digits(_ allowed: String = "0123456789") -> Bool {
        let allowed = Array(allowed.utf8)
        repeat {
            let count = rest.prefix(while: allowed.contains).count
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        } while skip("_")
        return true
    }

    private mutating func exactly(_ count: Int) -> Bool {
        guard rest.prefix(count).count == count, rest.prefix(count).allSatisfy(SettingsNames.isDigit) else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: scalar) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
