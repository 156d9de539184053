internal import NIOCore
internal import Resolver

/// How far a request is tried again. Clients retry by themselves, so that attempts multiply.
struct FallbackLimits: Sendable {
    /// How many attempts there are in all.
    var attempts = 5
    /// After how long no further attempt begins.
    var duration = TimeAmount.seconds(60)

    /// Bytes of a body that is kept for further attempts.
    static let bodyLimit = 8 << 20
    /// The same where there is one key only, so that there is a second attempt only if that key is replaced meanwhile.
    static let soleBodyLimit = 64 << 10
    /// Bytes of an error's body that is looked into.
    static let errorLimit = 64 << 10
    /// The same without its compression.
    static let inflatedLimit = 1 << 20
}

/// What an error is about.
enum Fault: Hashable {
    /// The provider's key, or who answers.
    case key(RequestOutcome)
    /// The gateway's own token: the provider's key has nothing to do with it.
    case gateway(RequestOutcome)
    /// How the gateway is set up: this target cannot be asked, another can.
    case setup
    /// The request.
    case request

    /// - Parameters:
    ///   - status: the status code.
    ///   - gatewayCode: the code of Cloudflare AI Gateway, if the error is its own.
    ///   - header: the headers, by lower-case name.
    init(status: Int, gatewayCode: Int?, header: (String) -> String?) {
        let outcome = RequestOutcome(status: status, header: header)
        guard let gatewayCode else {
            self = outcome.map(Fault.key) ?? .request
            return
        }
        switch (gatewayCode, status) {
        case (2009, _), (10000, _), (_, 401): self = .gateway(.unauthorized)
        case (2021, _), (_, 402): self = .gateway(.forbidden)
        case (2003, _), (_, 429):
            if case .rateLimited = outcome {
                self = outcome.map(Fault.gateway) ?? .setup
            } else {
                self = .gateway(.rateLimited(retryAfter: nil))
            }
        case (2008, _), (2040, _): self = .setup
        case (_, 500...): self = .key(.unavailable)
        default: self = .request
        }
    }

    /// Whether another target may do better.
    var allowsAnother: Bool { self != .request }
}

/// Errors of Cloudflare AI Gateway itself, told from those of the provider behind it.
///
/// Source: the envelope `{"success":false,"error":[{"code":…}],"name":"AiGatewayError","internalCode":…}`, and `[{"code":2009,…}]`.
enum GatewayError {
    /// The code, or nil if the body is not the gateway's.
    static func code(in body: ByteBuffer) -> Int? {
        let text = Array(body.readableBytesView)
        var whole = JSONText(text)
        guard let kind = try? whole.whole() else { return nil }
        if kind == .array {
            guard let code = firstCode(text, 0..<text.count), (2000...2999).contains(code) || code == 10000 else { return nil }
            return code
        }
        var reader = JSONText(text)
        guard kind == .object, let members = try? reader.members() else { return nil }
        func member(_ name: String) -> JSONText.Member? { members.first { $0.name == name } }
        if let code = member("internalCode").flatMap({ number(text, $0.value) }) { return code }
        var name = member("name").map { JSONText(text, in: $0.value) }
        let isNamed = member("name")?.kind == .string && (try? name?.decodedString()) == "AiGatewayError"
        for list in ["error", "errors"] {
            guard let list = member(list), list.kind == .array, let code = firstCode(text, list.value) else { continue }
            // Its management interface has no name in its errors, and this shape.
            if isNamed || (member("success") != nil && member("result") != nil) { return code }
        }
        return isNamed ? 0 : nil
    }

    private static func firstCode(_ text: [UInt8], _ list: Range<Int>) -> Int? {
        var reader = JSONText(text, in: list)
        guard let first = (try? reader.elements())?.first, first.kind == .object else { return nil }
        var object = JSONText(text, in: first.range)
        guard let code = (try? object.members())?.first(where: { $0.name == "code" }) else { return nil }
        return number(text, code.value)
    }

    private static func number(_ text: [UInt8], _ range: Range<Int>) -> Int? { Int(String(decoding: text[range], as: UTF8.self)) }
}
