internal import NIOCore
internal import NIOHTTP1

/// Why Warder answers by itself. A closed set, each with a text that says nothing of what the client may not know.
enum Refusal: Hashable {
    case user, host, otherHost, browser, badTarget, tooLong, badHeader
    case unauthorized, notFound, method(allowed: String), forbiddenMethod, forbiddenModel, uncheckable, formInRoute
    case unavailable(String), locked, killed
    case rate(wait: Int), streams, budget
    case badBody, badModel, noModel, noKeyForModel
    case redirect, longError, encoding, keyRefused(wait: Int), resting(wait: Int), outOfAttempts
    case upstream(UpstreamFailure)

    var status: HTTPResponseStatus {
        switch self {
        case .user, .browser, .forbiddenMethod, .forbiddenModel, .uncheckable, .noKeyForModel: .forbidden
        case .host, .badTarget, .badHeader, .badBody, .formInRoute, .badModel, .noModel: .badRequest
        case .otherHost: .custom(code: 421, reasonPhrase: "Misdirected Request")
        case .tooLong: .uriTooLong
        case .unauthorized: .unauthorized
        case .notFound: .notFound
        case .method: .methodNotAllowed
        case .unavailable, .locked, .killed, .keyRefused, .resting: .serviceUnavailable
        case .rate, .streams, .budget: .tooManyRequests
        case .upstream(.stalled): .gatewayTimeout
        case .redirect, .longError, .encoding, .outOfAttempts, .upstream: .badGateway
        }
    }

    /// A word for programs.
    var code: String {
        switch self {
        case .user: "other_user"
        case .host: "bad_host"
        case .otherHost: "host_not_allowed"
        case .browser: "browser_request"
        case .badTarget: "bad_path"
        case .tooLong: "path_too_long"
        case .badHeader: "bad_header"
        case .unauthorized: "invalid_token"
        case .notFound: "not_found"
        case .method: "method_not_allowed"
        case .forbiddenMethod: "token_method"
        case .forbiddenModel: "token_model"
        case .uncheckable: "model_not_checkable"
        case .formInRoute: "form_in_route"
        case .unavailable: "route_unavailable"
        case .locked: "locked"
        case .killed: "stopped"
        case .rate: "token_rate"
        case .streams: "token_streams"
        case .budget: "token_budget"
        case .badBody: "bad_json"
        case .badModel: "ambiguous_model"
        case .noModel: "no_model"
        case .noKeyForModel: "no_key_for_model"
        case .redirect: "upstream_redirect"
        case .longError: "upstream_error_too_long"
        case .encoding: "upstream_encoding"
        case .keyRefused: "key_refused"
        case .resting: "keys_resting"
        case .outOfAttempts: "out_of_attempts"
        case .upstream(let failure): "upstream_\(failure.rawValue)"
        }
    }

    /// One line for people.
    var message: String {
        switch self {
        case .user: "this socket is another user's"
        case .host: "the request must have one host header"
        case .otherHost: "this host name is not one of the proxy's"
        case .browser: "requests of web pages are refused"
        case .badTarget: "the path has something that could be read in two ways"
        case .tooLong: "the path is too long"
        case .badHeader: "a header has a character that no header may have"
        case .unauthorized: "no token of this proxy: give one where the key belongs (`warder serve token add`)"
        case .notFound: "there is no such route, or no such operation in it"
        case .method: "the operation has other methods"
        case .forbiddenMethod: "the token may not use this method"
        case .forbiddenModel: "the token may not use this model"
        case .uncheckable: "the token is for some models only, and the model of this operation cannot be checked"
        case .formInRoute: "a route takes JSON only: name a provider instead"
        case .unavailable(let name): "\(name) cannot be used now: `warder resolve --explain` says why"
        case .locked: "the vault is locked: `warder unlock`"
        case .killed: "the proxy is stopped"
        case .rate: "the token has made too many requests in a minute"
        case .streams: "the token has too many requests under way"
        case .budget: "the token has used up its requests"
        case .badBody: "the body is no JSON object that the model could be read from"
        case .badModel: "the request names its model in a way that could be read in two ways"
        case .noModel: "the body names no model"
        case .noKeyForModel: "there is no key for the provider that the model's name begins with"
        case .redirect: "the upstream server redirects, and keys are not sent elsewhere"
        case .longError: "the upstream server answers with an error that is too long, or compressed in a way that hides it"
        case .encoding: "the upstream server compresses its response in several ways, which hides what is in it"
        case .keyRefused: "the key was refused by the provider, and rests"
        case .resting: "every key rests after errors"
        case .outOfAttempts: "no attempt gave a response"
        case .upstream(.connect): "the upstream server cannot be reached"
        case .upstream(.tls): "the upstream server is not trusted"
        case .upstream(.closed): "the upstream server broke off"
        case .upstream(.stalled): "the upstream server says nothing"
        case .upstream(.malformed): "the upstream server's response is malformed"
        }
    }

    /// Whether a client library should leave it at that.
    private var isFinal: Bool {
        switch self {
        case .budget, .unavailable, .keyRefused, .resting, .outOfAttempts, .redirect, .longError, .encoding: true
        default: false
        }
    }

    private var wait: Int? {
        switch self {
        case .rate(let wait), .keyRefused(let wait), .resting(let wait): max(1, wait)
        case .streams: 1
        case .locked: 5
        default: nil
        }
    }

    /// The answer as OpenAI's and Anthropic's libraries read it, which take the same members, or as Google's do.
    ///
    /// - Parameters:
    ///   - family: the style of the route, where the client may know it.
    ///   - isExhausted: whether everything was tried.
    func answer(_ family: OperationFamily? = nil, isExhausted: Bool = false) -> LocalAnswer {
        var headers = HTTPHeaders([("content-type", "application/json"), ("cache-control", "no-store")])
        if let wait { headers.add(name: "retry-after", value: String(wait)) }
        if isFinal || isExhausted { headers.add(name: "x-should-retry", value: "false") }
        if case .method(let allowed) = self { headers.add(name: "allow", value: allowed) }
        if self == .unauthorized { headers.add(name: "www-authenticate", value: "Bearer") }
        // Names of routes are letters, digits, ".", "_" and "-"; texts have no quotes.
        let body =
            family == .gemini
            ? #"{"error":{"code":\#(status.code),"message":"warder: \#(message)","status":"\#(googleStatus)"}}"#
            : #"{"type":"error","error":{"type":"\#(type)","code":"\#(code)","message":"warder: \#(message)","param":null}}"#
        return LocalAnswer(
            head: HTTPResponseHead(version: .http1_1, status: status, headers: headers), body: ByteBuffer(string: body + "\n"),
            closes: self == .user || self == .host || self == .otherHost)
    }

    /// Source: https://docs.anthropic.com/en/api/errors
    private var type: String {
        switch status.code {
        case 400, 405, 414, 421: "invalid_request_error"
        case 401: "authentication_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 429: "rate_limit_error"
        case 503: "overloaded_error"
        default: "api_error"
        }
    }

    /// Source: https://cloud.google.com/apis/design/errors
    private var googleStatus: String {
        switch status.code {
        case 400, 405, 414, 421: "INVALID_ARGUMENT"
        case 401: "UNAUTHENTICATED"
        case 403: "PERMISSION_DENIED"
        case 404: "NOT_FOUND"
        case 429: "RESOURCE_EXHAUSTED"
        case 503: "UNAVAILABLE"
        case 504: "DEADLINE_EXCEEDED"
        default: "INTERNAL"
        }
    }
}
