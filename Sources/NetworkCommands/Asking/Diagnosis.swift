internal import Foundation
internal import NIOCore
internal import WarderCommands

/// What an answer that is none says is wrong, and where.
///
/// Sources: developers.cloudflare.com/ai-gateway, the vendors' pages on errors.
struct Diagnosis {
    /// The closed set of causes.
    enum Cause: String {
        /// It works.
        case fine = "fine"
        /// The gateway does not take its token.
        case gatewayToken = "gateway-token"
        /// The provider does not take its key.
        case providerKey = "provider-key"
        /// The account has no credit left.
        case credit = "no-credit"
        /// Too much was asked for.
        case rateLimited = "rate-limited"
        /// There is nothing at that address: account, gateway, provider's slug or path.
        case route = "wrong-route"
        /// Nobody answers, or the answer broke off.
        case unreachable = "unreachable"
        /// The proxy has no key for it, or refuses it.
        case local = "not-served"
        /// Something else.
        case other = "other"
    }

    let cause: Cause
    let status: Int

    init(status: Int, body: ByteBuffer) {
        self.status = status
        let object = (try? JSONSerialization.jsonObject(with: Data(body.readableBytesView))) as? [String: Any]
        let error = object?["error"] as? [String: Any]
        let message = (error?["message"] as? String) ?? ""
        let codes = [object?["error"], object?["errors"]].compactMap { $0 as? [[String: Any]] }.flatMap { $0 }.compactMap {
            $0["code"] as? Int
        }
        let code = (object?["internalCode"] as? Int) ?? codes.first
        cause = Self.cause(status, code: code, isGateway: object?["name"] as? String == "AiGatewayError" || code != nil, message: message)
    }

    private static func cause(_ status: Int, code: Int?, isGateway: Bool, message: String) -> Cause {
        if message.hasPrefix("warder: ") {
            if status == 502 || status == 504 { return .unreachable }
            return status == 404 ? .route : .local
        }
        switch (status, code) {
        case (_, 2009), (_, 10000): return .gatewayToken
        case (_, 2021), (402, _): return .credit
        case (_, 2008), (_, 7000), (_, 7003), (404, _): return .route
        case (429, _): return message.contains("quota") || message.contains("billing") ? .credit : .rateLimited
        case (401, _), (403, _): return isGateway ? .gatewayToken : .providerKey
        case (200..<300, _): return .fine
        case (500..., _): return .unreachable
        default: return .other
        }
    }

    /// For people.
    var text: String {
        switch cause {
        case .fine: "answers"
        case .gatewayToken: "the gateway does not take its token (\(status)): is it right, and may it run this gateway?"
        case .providerKey: "the provider does not take its key (\(status))"
        case .credit: "there is no credit left (\(status))"
        case .rateLimited: "too many requests (\(status))"
        case .route: "there is nothing at that address (\(status)): account, gateway or path"
        case .unreachable: "nobody answers (\(status))"
        case .local: "the proxy does not serve it (\(status))"
        case .other: "it answers \(status)"
        }
    }

    /// As the end of a command.
    var failure: Failure { Failure(exitCode: Failure.network, text) }
}
