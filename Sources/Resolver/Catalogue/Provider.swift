/// A provider or gateway as the catalogue knows it: where it is, how it is spoken to, and what its key is called.
public struct Provider: Equatable, Sendable {
    /// `[a-z0-9][a-z0-9-]*`, unique.
    public let id: String
    /// What people call it.
    public let name: String
    /// Other names that mean it whoever says them.
    public let aliases: [String]
    /// What client libraries take as the base URL, without a slash at the end. May hold placeholders such as `<account_id>`. Nil if only
    /// the user knows it.
    public let baseURL: String?
    /// Follows the base URL in a request for a completion. May hold `{model}`. Nil if there is no such request.
    public let chatPath: String?
    /// Follows the base URL in a request for the list of models. Nil if there is none, or none to rely on.
    public let modelsPath: String?
    /// The shape of requests and answers.
    public let style: APIStyle
    /// Whose extensions of that shape it has: `openai-compatible`, `anthropic`, `bedrock`, `volcengine`.
    public let family: String
    /// Where the key goes.
    public let auth: AuthScheme
    /// Headers that every request needs.
    public let headers: [Header]
    /// Whether it answers without a key.
    public let keyIsOptional: Bool
    /// Whether the list of models needs a key.
    public let listingNeedsKey: Bool
    /// What its keys begin with.
    public let keyPrefixes: [String]
    /// The hosts that its key may go to by itself: that of ``baseURL``, and others that are its own.
    public let hosts: [String]
    /// How Cloudflare AI Gateway addresses it.
    public let upstream: Upstream?
    /// What each system calls it, and in which variables it looks for the key.
    public let systems: [System: Names]
    /// Variables that hold an OAuth token, which goes where the key goes.
    public let oauthVariables: [String]
    /// The facts that nobody confirmed, by the words of the data file.
    public let unsure: Set<String>

    /// A header that is no secret.
    public struct Header: Equatable, Sendable {
        /// In lower case.
        public let name: String
        /// Visible ASCII.
        public let value: String
    }

    /// A provider behind Cloudflare AI Gateway, at its native address `…/{slug}`.
    public struct Upstream: Equatable, Sendable {
        /// The segment of the URL, and what stands before the model's name on the compat endpoint.
        public let slug: String
        /// Follows the slug. May hold `{model}`, `<region>`, `<project>`, `<resource>` and `<deployment>`. Nil if there is no one path.
        public let path: String?
        /// The shape of requests there.
        public let style: APIStyle
        /// Where the provider's key goes.
        public let auth: AuthScheme
    }

    /// What one system calls a provider.
    public struct Names: Equatable, Sendable {
        /// Its names, the system's own first.
        public let ids: [String]
        /// The variables in which the system looks for the key, in its order.
        public let variables: [String]
    }

    /// The systems that Warder serves.
    public enum System: String, CaseIterable, Sendable {
        /// Fased, and OpenClaw, which it comes from.
        case fased
        case genesis
        case dockerAgent = "docker-agent"
        case loong
        /// The patterns of Cloudflare's own libraries, and of the vendors' libraries that they use.
        case cloudflare
    }

    /// The variables that may hold its key, each once: those of the systems in their order.
    public var keyVariables: [String] {
        var seen: Set<String> = []
        return System.allCases.flatMap { systems[$0]?.variables ?? [] }.filter { seen.insert($0).inserted }
    }
}

/// The shape of a request and its answer.
public enum APIStyle: String, CaseIterable, Sendable {
    /// `POST /chat/completions`
    case openaiChat = "openai-chat"
    /// `POST /responses`
    case openaiResponses = "openai-responses"
    /// `POST /v1/messages`
    case anthropicMessages = "anthropic-messages"
    /// `POST /models/{model}:generateContent`
    case gemini
    /// `POST /model/{model}/converse`
    case bedrockConverse = "bedrock-converse"
    /// `POST /ai/run` of Cloudflare's REST API
    case cloudflareRun = "cloudflare-run"
    /// An array of steps to the gateway's own address
    case cloudflareUniversal = "cloudflare-universal"
    /// The provider's own.
    case other

    /// The name of the wire protocol, as loong has them.
    public var wireProtocol: String {
        switch self {
        case .openaiChat: "openai_chat_completions"
        default: rawValue.replacing("-", with: "_")
        }
    }
}

/// How a key travels in a request.
public enum AuthScheme: String, CaseIterable, Sendable {
    /// `authorization: Bearer KEY`
    case bearer
    /// `x-api-key: KEY`
    case xAPIKey = "x-api-key"
    /// `x-goog-api-key: KEY`
    case xGoogAPIKey = "x-goog-api-key"
    /// `api-key: KEY`
    case apiKey = "api-key"
    /// Each request is signed with AWS Signature Version 4, which only the client can do.
    case signature = "aws-sigv4"

    /// The header's name, or nil where no header has the key.
    public var header: String? {
        switch self {
        case .bearer: "authorization"
        case .xAPIKey, .xGoogAPIKey, .apiKey: rawValue
        case .signature: nil
        }
    }

    /// What stands before the key in the header.
    public var prefix: String { self == .bearer ? "Bearer " : "" }
}
