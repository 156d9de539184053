internal import NIOHTTP1
internal import Resolver

/// One thing that clients may ask of an upstream server: a path below the base URL, with its methods.
struct Operation: Sendable {
    /// What it is called in logs and metrics, such as `chat/completions`.
    let label: String
    /// The segments of its path. `*` stands for one segment, `**` at the end for one or more.
    let segments: [String]
    let methods: [HTTPMethod]
    /// Where its model is named.
    let model: ModelPlace

    enum ModelPlace: Sendable {
        /// The top-level member `model` of a JSON object.
        case body
        /// A part of a form, which Warder does not read.
        case form
        /// The path.
        case path
        /// It has none.
        case none
        /// Steps of a universal request.
        case steps
    }
}

/// Operations that belong to one style of requests.
enum OperationFamily: Sendable, Hashable {
    case openai
    case anthropic
    case gemini
    case bedrock
    case run
    case universal
    case other

    init(_ style: APIStyle) {
        self =
            switch style {
            case .openaiChat, .openaiResponses: .openai
            case .anthropicMessages: .anthropic
            case .gemini: .gemini
            case .bedrockConverse: .bedrock
            case .cloudflareRun: .run
            case .cloudflareUniversal: .universal
            case .other: .other
            }
    }

    /// What stands before the operation's path in a client's path, if it stands there: the version that is in the base URL or not.
    private var versions: [String] {
        switch self {
        case .openai, .anthropic: ["/v1"]
        case .gemini: ["/v1beta", "/v1alpha", "/v1"]
        case .run: ["/ai"]
        case .bedrock, .universal, .other: []
        }
    }

    /// The operation that a path means, and the path in the form that is added to the target's own. Nil if it is none of them.
    ///
    /// - Parameter path: decoded, empty or beginning with a slash.
    func match(_ path: String) -> MatchedOperation? {
        var rest = path[...]
        for version in versions where rest.hasPrefix(version) {
            let after = rest.dropFirst(version.utf8.count)
            guard after.isEmpty || after.utf8.first == Byte.slash else { continue }
            rest = after
            break
        }
        if self == .other { return path.isEmpty ? nil : MatchedOperation(.passing, path: RequestTarget.encoded(path)) }
        if self == .universal { return path.isEmpty ? MatchedOperation(.universal, path: "") : nil }
        if let operation = OperationTable.exact[self]?[String(rest)] {
            return MatchedOperation(operation, path: RequestTarget.encoded(rest))
        }
        guard rest.utf8.first == Byte.slash else { return nil }
        let segments = rest.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if self == .gemini { return Self.gemini(segments) }
        for operation in OperationTable.patterns[self] ?? [] where operation.fits(segments) {
            return MatchedOperation(operation, path: RequestTarget.encoded(rest), model: operation.pathModel(segments))
        }
        return nil
    }

    /// `models/MODEL:VERB`
    private static func gemini(_ segments: [Substring]) -> MatchedOperation? {
        guard segments.count == 2, segments[0] == "models" else { return nil }
        guard let colon = segments[1].lastIndex(of: ":") else {
            return MatchedOperation(
                .listing, path: "/models/" + RequestTarget.encoded(segments[1]), model: String(segments[1]))
        }
        let (model, verb) = (segments[1][..<colon], segments[1][segments[1].index(after: colon)...])
        guard !model.isEmpty, let operation = OperationTable.geminiVerbs[String(verb)] else { return nil }
        return MatchedOperation(
            operation, path: "/models/\(RequestTarget.encoded(model)):\(verb)", model: String(model), verb: String(verb))
    }
}

/// An operation that a request is for.
struct MatchedOperation {
    let operation: Operation
    /// What is added to the target's path, encoded: empty, or beginning with a slash.
    let path: String
    /// The model that the path names.
    let model: String?
    /// What Gemini is asked to do with it.
    let verb: String?

    init(_ operation: Operation, path: String, model: String? = nil, verb: String? = nil) {
        self.operation = operation
        self.path = path
        self.model = model
        self.verb = verb
    }

    /// The path with another model in it.
    func path(for model: String, _ family: OperationFamily) -> String {
        guard operation.model == .path else { return path }
        switch family {
        case .gemini: return "/models/\(Self.escaped(model)):\(verb ?? "")"
        case .bedrock: return "/model/\(Self.escaped(model))/\(operation.segments.last ?? "")"
        case .run: return "/run/\(RequestTarget.encoded(model))"
        case .openai, .anthropic, .universal, .other: return path
        }
    }

    /// As one segment.
    private static func escaped(_ model: String) -> String { RequestTarget.encoded(model).replacing("/", with: "%2F") }
}

extension Operation {
    /// Whether the segments of a path are its own.
    func fits(_ path: [Substring]) -> Bool {
        var index = 0
        for segment in segments {
            guard index < path.count else { return false }
            if segment == "**" { return true }
            guard segment == "*" || segment == path[index] else { return false }
            index += 1
        }
        return index == path.count
    }

    /// The model in the place of the wildcard.
    func pathModel(_ path: [Substring]) -> String? {
        guard model == .path || label == "models", let index = segments.firstIndex(where: { $0.hasPrefix("*") }) else { return nil }
        return segments[index] == "**" ? path[index...].joined(separator: "/") : String(path[index])
    }

    /// A list of models, or one of them.
    static let listing = Operation(label: "models", segments: ["models", "**"], methods: [.GET], model: .none)
    /// Anything at a provider whose operations nobody knows.
    static let passing = Operation(label: "other", segments: ["**"], methods: [.GET, .POST], model: .none)
    /// Steps for Cloudflare AI Gateway.
    static let universal = Operation(label: "universal", segments: [], methods: [.POST], model: .steps)
}
