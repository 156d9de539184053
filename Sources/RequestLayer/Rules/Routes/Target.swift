internal import Profiles
internal import Resolver
internal import SodiumCrypto

/// One place that a request can go to, with one key.
final class Target: Sendable {
    let server: UpstreamServer
    /// The `host` header.
    let authority: String
    let family: OperationFamily
    /// What stands before an operation's path.
    let prefix: String
    /// The only operation that it has, if it lies at a path of its own, by its label; its path is ``prefix``.
    let onlyOperation: String?
    /// Whether a model of Workers AI follows the prefix by itself, without `/run`.
    private let hasBareModels: Bool
    /// What goes with every request.
    let headers: [RequestHeader]
    let provider: String
    /// The model that the route says; nil where the client does.
    let model: String?
    /// What rests after errors.
    let subject: RestSubject
    /// Whether errors may be those of Cloudflare AI Gateway.
    let isGateway: Bool
    /// The resolution that this is made of.
    let resolution: Resolution
    /// The key, as logs have it.
    let key: KeyLabel?
    /// The secrets that it sends.
    let needles: Needles

    /// - Parameters:
    ///   - resolution: what the resolver says.
    ///   - model: the model that the route says; nil where the client does.
    ///   - needles: the secrets in the resolution's headers.
    /// - Returns: nil if its address holds a model that only the client knows.
    init?(_ resolution: Resolution, model: String?, needles: Needles) {
        let base = resolution.baseURL
        let usesTLS = base.text.hasPrefix("https:")
        let port = base.port ?? (usesTLS ? 443 : 80)
        let isIPv6 = base.host.contains(":")
        server = UpstreamServer(host: base.host, port: port, usesTLS: usesTLS)
        authority = (isIPv6 ? "[\(base.host)]" : base.host) + (base.port.map { ":\($0)" } ?? "")
        family = OperationFamily(resolution.style)
        if let shared = resolution.operationBase(of: family) {
            prefix = Self.path(of: shared)
            onlyOperation = nil
        } else if let requestURL = resolution.requestURL, model != nil || !resolution.namesModelInPath {
            prefix = Self.path(of: requestURL)
            onlyOperation = family.firstOperation(of: resolution.style)
        } else {
            return nil
        }
        hasBareModels = family == .run && !(resolution.requestURL ?? "/run").contains("/run")
        headers = resolution.headers
        provider = resolution.provider
        self.model = model
        subject = RestSubject(key: resolution.subject.key, token: resolution.subject.token, model: model)
        isGateway = resolution.kind == Catalogue.gateway
        self.resolution = resolution
        key = resolution.key.map(KeyLabel.init)
        self.needles = needles
    }

    /// Where an operation is, or nil if it is not to be had here.
    func path(of match: MatchedOperation) -> String? {
        guard let onlyOperation else {
            let path = model.map { match.path(for: $0, family) } ?? match.path
            return prefix + (hasBareModels && path.hasPrefix("/run/") ? String(path.dropFirst(4)) : path)
        }
        return match.operation.label == onlyOperation ? prefix : nil
    }

    /// The path of an address, without a slash at its end.
    private static func path(of url: String) -> String {
        guard let scheme = url.firstRange(of: "://"), let slash = url[scheme.upperBound...].firstIndex(of: "/") else { return "" }
        return String(url[slash...])
    }
}

/// A key as logs, metrics and the status name it.
struct KeyLabel: Hashable, Sendable {
    /// The secret's name, or where else the key is from.
    let name: String
    /// The secret's generation.
    let generation: UInt64?

    init(_ key: KeyIdentity) {
        if case .secret(let secret) = key.origin {
            name = secret.name
            generation = secret.generation
        } else {
            name = key.origin.description
            generation = nil
        }
    }
}

extension OperationFamily {
    /// The operation that a style is named after.
    fileprivate func firstOperation(of style: APIStyle) -> String? {
        switch style {
        case .openaiChat: "chat/completions"
        case .openaiResponses: "responses"
        case .anthropicMessages: "messages"
        case .gemini: "generateContent"
        case .bedrockConverse: "converse"
        case .cloudflareRun: "run"
        case .cloudflareUniversal: "universal"
        case .other: nil
        }
    }
}

extension Resolution {
    /// Whether the model is a part of the address.
    fileprivate var namesModelInPath: Bool { [.gemini, .bedrockConverse, .cloudflareRun].contains(style) }

    /// What an operation's path is added to.
    fileprivate func operationBase(of family: OperationFamily) -> String? {
        switch family {
        case .universal, .other: return baseURL.text
        // The library's base URL has no version, and the operation's path none here.
        case .anthropic: return operationBase.map { $0 + "/v1" }
        case .run: return baseURL.text
        case .openai, .gemini, .bedrock: return operationBase
        }
    }
}
