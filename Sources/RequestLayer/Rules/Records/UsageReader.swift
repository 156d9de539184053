internal import NIOCore

/// Reads what a response says of the tokens it has used up, from its first and last bytes: both styles of JSON, and the last events of a
/// stream. It keeps few bytes and reads them once, when the response is over.
struct UsageReader {
    private var head: [UInt8] = []
    private var tail: [UInt8] = []

    private static let headLimit = 2048
    private static let tailLimit = 4096

    /// Nil for a response that is neither JSON nor events.
    init?(contentType: String?) {
        guard let type = contentType?.lowercased(), type.hasPrefix("application/json") || type.hasPrefix("text/event-stream") else {
            return nil
        }
    }

    mutating func read(_ part: ByteBuffer) {
        let view = part.readableBytesView
        if head.count < Self.headLimit { head += view.prefix(Self.headLimit - head.count) }
        if view.count >= Self.tailLimit {
            tail.removeAll(keepingCapacity: true)
            tail += view.suffix(Self.tailLimit)
        } else {
            tail += view
            if tail.count > 2 * Self.tailLimit { tail.removeFirst(tail.count - Self.tailLimit) }
        }
    }

    /// Tokens of the request and of the response, as far as it tells. The last mention counts: streams count upwards.
    var tokens: (input: Int?, output: Int?) {
        func find(_ names: [String]) -> Int? {
            for text in [tail, head] { for name in names { if let number = Self.last(name, in: text) { return number } } }
            return nil
        }
        return (
            find(["prompt_tokens", "input_tokens", "promptTokenCount", "inputTokens"]),
            find(["completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens"])
        )
    }

    /// The number of the last member of this name that is not inside a string: there its quotes would be escaped.
    private static func last(_ name: String, in text: [UInt8]) -> Int? {
        let needle = Array("\"\(name)\"".utf8)
        guard text.count >= needle.count else { return nil }
        for start in stride(from: text.count - needle.count, through: 0, by: -1) {
            guard text[start] == Byte.quote, start == 0 || text[start - 1] != Byte.backslash,
                text[start..<(start + needle.count)].elementsEqual(needle)
            else { continue }
            var index = start + needle.count
            while index < text.count, text[index] == 0x20 || text[index] == 0x3A { index += 1 }
            let digits = text[index...].prefix { (0x30...0x39).contains($0) }
            if let number = Int(String(decoding: digits, as: UTF8.self)) { return number }
        }
        return nil
    }
}
