internal import NIOCore

/// What came of a body.
enum BodyPart {
    case part(ByteBuffer)
    case end
    /// What is there is read; more has to come.
    case more
}

/// Reads a body, whichever way it is framed. Trailers and chunk extensions are checked and dropped.
struct BodyParser {
    private enum State: Hashable {
        case length(Int)
        case untilClose
        case chunkSize
        case chunkData(Int)
        case chunkEnd
        case trailers
        case ended
    }

    private var state: State
    /// Bytes of extensions and trailers so far.
    private var besides = 0

    /// As a chunk's size with its extension may take.
    static let sizeLineLimit = 256
    /// As all extensions, or the trailers, may take together.
    static let besidesLimit = 16 * 1024

    init(_ framing: BodyFraming) {
        state =
            switch framing {
            case .none: .ended
            case .length(let count): count == 0 ? .ended : .length(count)
            case .chunked: .chunkSize
            case .untilClose: .untilClose
            }
    }

    var hasEnded: Bool { state == .ended }

    /// Whether the end of the connection is the end of the body.
    var endsWithConnection: Bool { state == .untilClose }

    /// How much is still to come, if that was said.
    var remaining: Int? {
        switch state {
        case .length(let count): count
        case .ended: 0
        default: nil
        }
    }

    mutating func next(_ buffer: inout ByteBuffer) throws(FramingFault) -> BodyPart {
        while true {
            switch state {
            case .ended:
                return .end
            case .untilClose:
                return take(buffer.readableBytes, of: &buffer).map { .part($0) } ?? .more
            case .length(let count):
                guard let part = take(count, of: &buffer) else { return .more }
                state = part.readableBytes == count ? .ended : .length(count - part.readableBytes)
                return .part(part)
            case .chunkData(let count):
                guard let part = take(count, of: &buffer) else { return .more }
                state = part.readableBytes == count ? .chunkEnd : .chunkData(count - part.readableBytes)
                return .part(part)
            case .chunkEnd:
                guard let line = try line(of: buffer) else { return .more }
                guard line == 0 else { throw .malformed }
                buffer.moveReaderIndex(forwardBy: 2)
                state = .chunkSize
            case .chunkSize:
                guard let line = try line(of: buffer) else { return .more }
                let count = try Self.size(buffer.readableBytesUInt8Span, line: line)
                try add(line)
                buffer.moveReaderIndex(forwardBy: line + 2)
                state = count == 0 ? .trailers : .chunkData(count)
                if count == 0 { besides = 0 }
            case .trailers:
                guard let line = try line(of: buffer) else { return .more }
                try Self.checkTrailer(buffer.readableBytesUInt8Span, line: line)
                try add(line)
                buffer.moveReaderIndex(forwardBy: line + 2)
                if line == 0 { state = .ended }
            }
        }
    }

    private func take(_ count: Int, of buffer: inout ByteBuffer) -> ByteBuffer? {
        buffer.readableBytes == 0 ? nil : buffer.readSlice(length: min(count, buffer.readableBytes))
    }

    /// A size of 8 digits at most is no extension.
    private mutating func add(_ line: Int) throws(FramingFault) {
        besides += max(0, line - 8)
        guard besides <= Self.besidesLimit else { throw .malformed }
    }

    /// The length of the next line without its CRLF; nil if it is not complete.
    private func line(of buffer: ByteBuffer) throws(FramingFault) -> Int? {
        let octets = buffer.readableBytesUInt8Span
        let limit = state == .trailers ? Self.besidesLimit : state == .chunkEnd ? 0 : Self.sizeLineLimit
        var index = 0
        while index < octets.count {
            let octet = octets[index]
            if octet == 0x0d {
                guard index + 1 < octets.count else { return nil }
                guard octets[index + 1] == 0x0a else { throw .malformed }
                return index
            }
            guard index < limit, Octets.isFieldValue(octet) else { throw .malformed }
            index += 1
        }
        return nil
    }

    /// A chunk's size, then nothing or an extension.
    private static func size(_ octets: Span<UInt8>, line: Int) throws(FramingFault) -> Int {
        var size = 0
        var index = 0
        while index < line, let digit = Octets.hexadecimal(octets[index]) {
            guard index < 15 else { throw .malformed }
            size = size << 4 | digit
            index += 1
        }
        guard index > 0 else { throw .malformed }
        try checkExtensions(octets, from: index, to: line)
        return size
    }

    /// `;name`, `;name=value` or `;name="value"`, any number of them.
    private static func checkExtensions(_ octets: Span<UInt8>, from start: Int, to end: Int) throws(FramingFault) {
        func token(_ start: Int) throws(FramingFault) -> Int {
            var index = start
            while index < end, Octets.isToken(octets[index]) { index += 1 }
            guard index > start else { throw .malformed }
            return index
        }
        var index = start
        while index < end {
            guard octets[index] == UInt8(ascii: ";") else { throw .malformed }
            index = try token(index + 1)
            guard index < end, octets[index] == UInt8(ascii: "=") else { continue }
            index += 1
            guard index < end, octets[index] == UInt8(ascii: "\"") else {
                index = try token(index)
                continue
            }
            index += 1
            while index < end, octets[index] != UInt8(ascii: "\"") { index += octets[index] == UInt8(ascii: "\\") ? 2 : 1 }
            guard index < end else { throw .malformed }
            index += 1
        }
    }

    private static func checkTrailer(_ octets: Span<UInt8>, line: Int) throws(FramingFault) {
        if line == 0 { return }
        var index = 0
        while index < line, Octets.isToken(octets[index]) { index += 1 }
        guard index > 0, index < line, octets[index] == UInt8(ascii: ":"), ConnectionHeader(octets, in: 0..<index) == nil else {
            throw .malformed
        }
    }
}
