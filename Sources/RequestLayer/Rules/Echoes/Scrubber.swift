internal import NIOCore
internal import SodiumCrypto

/// Masks the secrets of a target in a body that comes in parts, also where a border between parts goes through one.
///
/// A mask is as long as what it hides, so that lengths that were announced stay right. What a part ends with is held back only while it can
/// be the beginning of a secret. A body that is compressed is not looked into.
struct Scrubber {
    private let needles: Needles
    private var pending = ByteBuffer()
    /// How often a secret was found.
    private(set) var echoes = 0

    init(_ needles: Needles) { self.needles = needles }

    static let mask = UInt8(ascii: "*")

    /// The next part, as far as it can be given on.
    mutating func scrub(_ part: ByteBuffer) -> ByteBuffer {
        if needles.isEmpty { return part }
        var text = part
        if pending.readableBytes > 0 {
            text = pending
            text.writeImmutableBuffer(part)
            pending = ByteBuffer()
        }
        let findings = unsafe text.withUnsafeReadableBytes { unsafe needles.findings(in: $0, isLast: false) }
        mask(findings.found, in: &text)
        guard findings.held < text.readableBytes else { return text }
        let count = text.readableBytes - findings.held
        // Few bytes: a copy of them does not keep the whole part.
        pending = ByteBuffer(bytes: text.readableBytesView.suffix(count))
        text.moveWriterIndex(to: text.writerIndex - count)
        return text
    }

    /// What was held back, when nothing follows.
    mutating func finish() -> ByteBuffer? {
        guard pending.readableBytes > 0 else { return nil }
        var text = pending
        pending = ByteBuffer()
        let findings = unsafe text.withUnsafeReadableBytes { unsafe needles.findings(in: $0, isLast: true) }
        mask(findings.found, in: &text)
        return text
    }

    /// How many bytes are held back.
    var heldByteCount: Int { pending.readableBytes }

    private mutating func mask(_ found: [Range<Int>], in text: inout ByteBuffer) {
        for range in found {
            text.setRepeatingByte(Self.mask, count: range.count, at: text.readerIndex + range.lowerBound)
            echoes += 1
        }
    }

    /// Masks secrets in an error's whole body, and also their beginnings and ends, which providers repeat to say which key they mean.
    static func scrub(error body: ByteBuffer, _ needles: Needles) -> (body: ByteBuffer, echoes: Int) {
        var scrubber = Scrubber(needles)
        var text = scrubber.scrub(body)
        if let rest = scrubber.finish() { text.writeImmutableBuffer(rest) }
        var echoes = scrubber.echoes
        for secret in needles.secrets where secret.count >= 2 * SecretForms.shortest {
            for range in secret.bytes.withBytes({ parts(of: $0, in: text.readableBytesView) }) {
                text.setRepeatingByte(mask, count: range.count, at: text.readerIndex + range.lowerBound)
                echoes += 1
            }
        }
        return (text, echoes)
    }

    /// Where a text has the first or last bytes of a secret, eight or more.
    private static func parts(of secret: RawSpan, in text: ByteBufferView) -> [Range<Int>] {
        let (least, count) = (SecretForms.shortest, secret.byteCount)
        var found: [Range<Int>] = []
        let text = Array(text)
        guard text.count >= least else { return [] }
        for start in 0...(text.count - least) {
            if text[start] == secret[0] {
                var length = 0
                while length < count, start + length < text.count, text[start + length] == secret[length] { length += 1 }
                if length >= least { found.append(start..<(start + length)) }
            }
            let end = start + least
            if text[end - 1] == secret[count - 1] {
                var length = 0
                while length < count, end - length > 0, text[end - 1 - length] == secret[count - 1 - length] { length += 1 }
                if length >= least { found.append((end - length)..<end) }
            }
        }
        return found
    }
}
