internal import NIOCore

/// The JSON body of a request, of which Warder reads the model and changes the model and system messages, and nothing else.
struct RequestDocument {
    private let text: [UInt8]
    /// The model that it names; nil if that is none, or nobody could have one of that name.
    let model: String?
    private let modelRange: Range<Int>?
    private let hasMembers: Bool
    /// Whether it has further models, which some gateways fall back to by themselves.
    let hasFurtherModels: Bool
    private let messages: Range<Int>?
    private let start: Int

    /// Bytes of a body that is read.
    static let lengthLimit = 32 << 20

    /// Why a body is refused.
    enum Failure: Error {
        /// It is no JSON object.
        case malformed
        /// It names its model twice, or in a way that some parsers read and others don't.
        case ambiguous
    }

    /// - Throws: ``Failure``.
    init(_ body: ByteBuffer) throws(Failure) {
        text = Array(body.readableBytesView)
        let members: [JSONText.Member]
        do {
            var reader = JSONText(text)
            members = try reader.document()
        } catch { throw .malformed }
        var model: (name: String?, range: Range<Int>)?
        var messages: Range<Int>?
        var hasFurtherModels = false
        for member in members {
            // Some parsers do not look at the case of names.
            switch Self.folded(member.name) {
            case "model":
                guard member.name == "model", model == nil else { throw .ambiguous }
                model = (member.kind == .string ? Self.name(text, member.value) : nil, member.value)
            case "models", "fallbacks", "fallback_models", "context_window_fallbacks", "content_policy_fallbacks", "default_fallbacks",
                "engine", "deployment", "deployment_id":
                hasFurtherModels = true
            case "messages":
                guard member.name == "messages", messages == nil else { throw .ambiguous }
                if member.kind == .array { messages = member.value }
            default: break
            }
        }
        (self.model, modelRange) = (model?.name, model?.range)
        self.messages = messages
        self.hasFurtherModels = hasFurtherModels
        hasMembers = !members.isEmpty
        start = (text.firstIndex(of: UInt8(ascii: "{")) ?? 0) + 1
    }

    private static func name(_ text: [UInt8], _ range: Range<Int>) -> String? {
        var reader = JSONText(text, in: range)
        guard let name = try? reader.decodedString(), (1...512).contains(name.utf8.count) else { return nil }
        return name
    }

    /// In lower case, as a parser reads it that does not look at case.
    private static func folded(_ name: String) -> String { name.lowercased().replacing("\u{17F}", with: "s") }

    /// The body with another model, and if asked with one system message instead of several in a row.
    ///
    /// - Parameter model: visible ASCII without quotes and backslashes; nil to leave the body's own.
    func body(model: String?, mergingSystemMessages: Bool) -> ByteBuffer? {
        var edits: [(range: Range<Int>, text: [UInt8])] = []
        if let model {
            if let modelRange {
                edits.append((modelRange, Array("\"\(model)\"".utf8)))
            } else {
                edits.append((start..<start, Array("\"model\":\"\(model)\"\(hasMembers ? "," : "")".utf8)))
            }
        }
        if mergingSystemMessages, let messages { edits += SystemMessages.edits(of: text, messages) }
        if edits.isEmpty { return nil }
        edits.sort { $0.range.lowerBound < $1.range.lowerBound }
        var body = ByteBufferAllocator().buffer(capacity: text.count + edits.reduce(0) { $0 + $1.text.count })
        var index = 0
        for edit in edits {
            body.writeBytes(text[index..<edit.range.lowerBound])
            body.writeBytes(edit.text)
            index = edit.range.upperBound
        }
        body.writeBytes(text[index...])
        return body
    }
}

/// Consecutive system messages made one, for models whose chat template takes one only.
enum SystemMessages {
    /// What changes in a text.
    ///
    /// - Parameter messages: where the array of messages is.
    static func edits(of text: [UInt8], _ messages: Range<Int>) -> [(range: Range<Int>, text: [UInt8])] {
        var reader = JSONText(text, in: messages)
        guard let elements = try? reader.elements() else { return [] }
        var edits: [(range: Range<Int>, text: [UInt8])] = []
        var run: [Message] = []
        func end() {
            if let first = run.first, let last = run.last, run.count > 1 {
                edits.append((first.content, merged(run, text)))
                edits.append((first.range.upperBound..<last.range.upperBound, []))
            }
            run = []
        }
        for element in elements {
            if let message = message(at: element.range, element.kind, text) {
                run.append(message)
            } else {
                end()
            }
        }
        end()
        return edits
    }

    /// A system message that has nothing but its content.
    private struct Message {
        let range: Range<Int>
        let content: Range<Int>
        let isText: Bool
    }

    private static func message(at range: Range<Int>, _ kind: JSONText.Kind, _ text: [UInt8]) -> Message? {
        guard kind == .object else { return nil }
        var reader = JSONText(text, in: range)
        guard let members = try? reader.members(), members.count == 2, let role = members.first(where: { $0.name == "role" }),
            let content = members.first(where: { $0.name == "content" }), role.kind == .string,
            content.kind == .string || content.kind == .array
        else { return nil }
        var name = JSONText(text, in: role.value)
        guard (try? name.decodedString()) == "system" else { return nil }
        return Message(range: range, content: content.value, isText: content.kind == .string)
    }

    /// One content: a text with an empty line between the parts, or a list of all parts.
    private static func merged(_ run: [Message], _ text: [UInt8]) -> [UInt8] {
        func inside(_ message: Message) -> ArraySlice<UInt8> { text[(message.content.lowerBound + 1)..<(message.content.upperBound - 1)] }
        if run.allSatisfy(\.isText) {
            return [Byte.quote] + Array(run.map(inside).joined(separator: Array("\\n\\n".utf8))) + [Byte.quote]
        }
        let parts = run.map { message in
            message.isText
                ? Array(#"{"type":"text","text":"#.utf8) + text[message.content] + [UInt8(ascii: "}")]
                : Array(inside(message))
        }
        let filled = parts.filter { part in !part.allSatisfy { [0x20, 0x0A, 0x0D, 0x09].contains($0) } }
        return [UInt8(ascii: "[")] + Array(filled.joined(separator: [UInt8(ascii: ",")])) + [UInt8(ascii: "]")]
    }
}
