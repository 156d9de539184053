/// Little-endian numbers at the end of a byte string.
extension [UInt8] {
    mutating func append(little number: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: number.littleEndian) { unsafe append(contentsOf: $0) }
    }
}

/// Reads a byte string from front to back; what is not there is corrupt.
struct ByteReader {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }

    mutating func take(_ count: Int) throws(KeystoreError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw .corrupt("a field is cut short") }
        defer { offset += count }
        return Array(bytes[offset..<(offset + count)])
    }

    mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(KeystoreError) -> Number {
        let field = try take(MemoryLayout<Number>.size)
        return field.reversed().reduce(Number(0)) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    mutating func text(_ count: Int) throws(KeystoreError) -> String {
        guard let text = String(validating: try take(count), as: UTF8.self) else { throw .corrupt("a text field is not UTF-8") }
        return text
    }

    mutating func expect(_ magic: StaticString) throws(KeystoreError) {
        let found = try take(magic.utf8CodeUnitCount)
        guard String(validating: found, as: UTF8.self) == magic.description else { throw .corrupt("a structure has the wrong mark") }
    }

    /// Reads the format version, which is 1.
    mutating func expectVersion() throws(KeystoreError) {
        let version = try number(UInt16.self)
        guard version <= 1 else { throw KeystoreError(.tooNew, "the vault has format \(version); this program knows 1") }
        guard version == 1 else { throw .corrupt("a structure has version 0") }
    }

    func expectEnd() throws(KeystoreError) {
        guard remaining == 0 else { throw .corrupt("a structure has bytes too many") }
    }
}

/// How long a plaintext of `count` bytes becomes, so that its box says little about it: a multiple of 64 up to 1 KiB, then Padmé
/// (at most 12 % more).
///
/// Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", section 4.
func paddedLength(_ count: Int) -> Int {
    if count <= 1024 { return max(64, (count + 63) / 64 * 64) }
    let exponent = Int.bitWidth - 1 - count.leadingZeroBitCount
    let bits = Int.bitWidth - exponent.leadingZeroBitCount
    let mask = (1 << (exponent - bits)) - 1
    return (count + mask) & ~mask
}

/// Lower-case hexadecimal.
package func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
