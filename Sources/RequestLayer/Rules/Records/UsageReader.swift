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

    /// More than any response can use up: such a number is not believed.
    private static let countLimit = 1_000_000_000

    /// Tokens of the request and of the response, as far as it tells. The last mention counts: streams count upwards.
    var tokens: (input: Int?, output: Int?) {
        let found = [Self.counts(in: tail), Self.counts(in: head)]
        func find(_ names: [String]) -> Int? {
            for counts in found { for name in names { if let number = counts[name] { return number } } }
            return nil
        }
        return (
            find(["prompt_tokens", "input_tokens", "promptTokenCount", "inputTokens"]),
            find(["completion_tokens", "output_tokens", "candidatesTokenCount", "outputTokens"])
        )
    }

    private static let places = [Array("\"usage\"".utf8), Array("\"usageMetadata\"".utf8)]

    /// The numbers that are members of an object `usage` or `usageMetadata` itself, each the last of its name. What looks like one inside a
    /// string is none: there its quotes would be escaped.
    private static func counts(in text: [UInt8]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for start in text.indices where text[start] == Byte.quote && (start == 0 || text[start - 1] != Byte.backslash) {
            guard let place = places.first(where: { text[start...].starts(with: $0) }) else { continue }
            var index = start + place.count
            while index < text.count, isBetween(text[index]) { index += 1 }
            if index < text.count, text[index] == UInt8(ascii: "{") { count(text, from: index + 1, &counts) }
        }
        return counts
    }

    /// Notes the numbers of the object that begins before a place.
    private static func count(_ text: [UInt8], from start: Int, _ counts: inout [String: Int]) {
        var (index, depth) = (start, 1)
        while index < text.count, depth > 0 {
            let byte = text[index]
            index += 1
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            case Byte.quote:
                let first = index
                while index < text.count, text[index] != Byte.quote { index += text[index] == Byte.backslash ? 2 : 1 }
                guard index < text.count, depth == 1 else {
                    index += 1
                    continue
                }
                let name = text[first..<index]
                index += 1
                while index < text.count, isBetween(text[index]) { index += 1 }
                let digits = text[min(index, text.count)...].prefix(12).prefix { (0x30...0x39).contains($0) }
                if let number = Int(String(decoding: digits, as: UTF8.self)), number <= countLimit {
                    counts[String(decoding: name, as: UTF8.self)] = number
                }
            default: break
            }
        }
    }

    private static func isBetween(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x3A }
}
