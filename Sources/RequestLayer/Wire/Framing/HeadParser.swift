internal import NIOCore
internal import NIOHTTP1

/// Finds and reads start line and headers, strictly: lines end with CRLF, nothing is folded, repaired or guessed.
struct HeadParser {
    let limits: HeadLimits
    private var scanned = 0
    private var lineStart = 0

    init(limits: HeadLimits) { self.limits = limits }

    /// How many bytes the head takes with its empty line; nil if it has not arrived whole.
    mutating func length(in buffer: ByteBuffer) throws(FramingFault) -> Int? {
        let octets = buffer.readableBytesUInt8Span
        var index = scanned
        while index < octets.count {
            guard index < limits.byteCount else { throw .headTooLarge }
            let octet = octets[index]
            if octet == 0x0d {
                guard index + 1 < octets.count else { break }
                guard octets[index + 1] == 0x0a else { throw .malformed }
                if index == lineStart {
                    // An empty line, and nothing before it, is not a head.
                    guard lineStart > 0 else { throw .malformed }
                    scanned = 0
                    lineStart = 0
                    return index + 2
                }
                index += 1
                lineStart = index + 1
            } else if octet < 0x20, octet != 0x09 {
                throw .malformed
            }
            index += 1
        }
        scanned = index
        return nil
    }

    /// Reads the header lines after the start line.
    ///
    /// - Parameter start: where the first one begins.
    func fields(_ buffer: ByteBuffer, from start: Int, length: Int, isRequest: Bool) throws(FramingFault) -> Fields {
        let octets = buffer.readableBytesUInt8Span
        var fields = Fields()
        fields.headers.reserveCapacity(12)
        var index = start
        while octets[index] != 0x0d {
            let nameStart = index
            while Octets.isToken(octets[index]) { index += 1 }
            guard octets[index] == UInt8(ascii: ":"), index > nameStart else { throw .malformed }
            let name = nameStart..<index
            index += 1
            while Octets.isBlank(octets[index]) { index += 1 }
            let valueStart = index
            var isASCII = true
            while Octets.isFieldValue(octets[index]) {
                if octets[index] >= 0x80 { isASCII = false }
                index += 1
            }
            guard octets[index] == 0x0d, octets[index + 1] == 0x0a else { throw .malformed }
            var valueEnd = index
            while valueEnd > valueStart, Octets.isBlank(octets[valueEnd - 1]) { valueEnd -= 1 }
            index += 2

            fields.count += 1
            guard fields.count <= limits.fieldCount else { throw .headTooLarge }
            let value = valueStart..<valueEnd
            if let known = ConnectionHeader(octets, in: name), try !fields.note(known, octets, value, isRequest: isRequest) { continue }
            guard let text = buffer.text(value, isASCII: isASCII, mustBeUTF8: isRequest), let name = buffer.text(name) else {
                throw .malformed
            }
            fields.headers.add(name: name, value: text)
        }
        guard index + 2 == length else { throw .malformed }
        try fields.finish()
        return fields
    }
}

/// How large a head may be.
struct HeadLimits: Hashable {
    /// In bytes, start line and empty line with it.
    var byteCount: Int
    /// Header lines.
    var fieldCount: Int
}

extension ByteBuffer {
    /// Readable bytes as text; nil if they are not UTF-8 and must be.
    func text(_ range: Range<Int>, isASCII: Bool = true, mustBeUTF8: Bool = false) -> String? {
        let text = getString(at: readerIndex + range.lowerBound, length: range.count)
        // What is not UTF-8 became replacement characters, which are longer or different.
        guard !isASCII, mustBeUTF8, let text else { return text }
        let octets = readableBytesUInt8Span
        var index = range.lowerBound
        guard text.utf8.count == range.count else { return nil }
        for octet in text.utf8 {
            guard octet == octets[index] else { return nil }
            index += 1
        }
        return text
    }
}
