internal import Foundation
internal import Keystore
internal import Resolver
internal import WarderCommands

/// One question, in the shape that a provider takes, to be answered as a stream of events.
///
/// Sources: the vendors' API references for streaming.
struct Question {
    /// Below the proxy's route.
    let path: String
    let body: [UInt8]
    var headers: [(String, String)] = []

    /// - Throws: 2 for a shape in which nothing can be asked.
    init(style: APIStyle, model: String, message: String) throws {
        let turn: [String: Any] = ["role": "user", "content": message]
        let object: [String: Any]
        switch style {
        case .openaiChat:
            path = "/chat/completions"
            object = ["model": model, "messages": [turn], "stream": true]
        case .openaiResponses:
            path = "/responses"
            object = ["model": model, "input": message, "stream": true]
        case .anthropicMessages:
            path = "/v1/messages"
            object = ["model": model, "messages": [turn], "stream": true, "max_tokens": 4096]
            headers = [("anthropic-version", "2023-06-01")]
        case .gemini:
            path = "/models/\(model):streamGenerateContent?alt=sse"
            object = ["contents": [["role": "user", "parts": [["text": message]]]]]
        case .bedrockConverse, .cloudflareRun, .cloudflareUniversal, .other:
            throw Failure(.invalid, "requests of the shape \(style.rawValue) are made by their own clients", hints: ["another --model"])
        }
        body = Array(try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes]))
    }
}

/// The text of an answer that comes as server-sent events.
///
/// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
struct EventText {
    private let style: APIStyle
    private var rest: [UInt8] = []
    /// Whether the answer has come to its own end.
    private(set) var isComplete = false

    init(style: APIStyle) { self.style = style }

    /// What a further part of the stream says.
    mutating func take(_ part: [UInt8]) -> String {
        rest += part
        var text = ""
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            var line = rest[..<end]
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            if line.starts(with: "data:".utf8) { text += event(Array(line.dropFirst(5))) }
            rest.removeFirst(end + 1)
        }
        return text
    }

    private mutating func event(_ data: [UInt8]) -> String {
        if data.filter({ $0 != UInt8(ascii: " ") }).elementsEqual("[DONE]".utf8) {
            isComplete = true
            return ""
        }
        guard let object = (try? JSONSerialization.jsonObject(with: Data(data))) as? [String: Any] else { return "" }
        switch style {
        case .openaiChat:
            let choice = (object["choices"] as? [[String: Any]])?.first
            if choice?["finish_reason"] is String { isComplete = true }
            return ((choice?["delta"] as? [String: Any])?["content"] as? String) ?? ""
        case .openaiResponses:
            let type = object["type"] as? String
            if type == "response.completed" { isComplete = true }
            return type == "response.output_text.delta" ? object["delta"] as? String ?? "" : ""
        case .anthropicMessages:
            if object["type"] as? String == "message_stop" { isComplete = true }
            return ((object["delta"] as? [String: Any])?["text"] as? String) ?? ""
        case .gemini:
            let candidate = (object["candidates"] as? [[String: Any]])?.first
            if candidate?["finishReason"] is String { isComplete = true }
            let parts = (candidate?["content"] as? [String: Any])?["parts"] as? [[String: Any]]
            return (parts ?? []).compactMap { $0["text"] as? String }.joined()
        case .bedrockConverse, .cloudflareRun, .cloudflareUniversal, .other: return ""
        }
    }
}
