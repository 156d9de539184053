internal import Resolver
internal import Settings

/// Cloudflare's REST API in place of the gateway's own address, for programs that cannot send the gateway's token in a header of its own: it
/// takes the token as the bearer token, and the gateway's name in a header that is no secret. The provider's key is the one that the gateway
/// has stored, or Cloudflare pays.
///
/// Source: https://developers.cloudflare.com/ai-gateway/usage/rest-api/
struct RESTForm {
    static let host = "api.cloudflare.com"

    let baseURL: String
    let model: String
    let token: String
    let gateway: String

    /// The form for requests of the shape of OpenAI's.
    ///
    /// - Throws: ``WiringError/Code/invalid`` if the model cannot be asked for there.
    init(_ request: WiringRequest, _ title: String) throws(WiringError) {
        let outline = request.outline
        let table = "[provider.\(outline.provider)]"
        guard let token = outline.gatewayToken, let account = request.fields[.accountID], let gateway = request.fields[.gatewayID] else {
            throw WiringError(.invalid, "\(title) cannot send the token of this gateway", hint: "account_id and gateway_id in \(table)")
        }
        guard let model = Self.model(outline) else {
            throw WiringError(
                .invalid, "\(title) cannot send the gateway's token, and Cloudflare's REST API has no such model",
                hint: "it has models of OpenAI, Anthropic, Google, xAI and Workers AI: --model \(outline.provider)/openai/…")
        }
        baseURL = "https://\(Self.host)/client/v4/accounts/\(account)/ai/v1"
        (self.model, self.token, self.gateway) = (model, token.secret, gateway)
    }

    /// `AUTHOR/MODEL`, as the REST API has them.
    private static func model(_ outline: RequestOutline) -> String? {
        if outline.model.hasPrefix("@cf/") { return outline.model }
        guard let upstream = outline.upstream, let author = authors[upstream] else { return nil }
        let prefix = "\(upstream)/"
        let name = outline.model.hasPrefix(prefix) ? String(outline.model.dropFirst(prefix.count)) : outline.model
        return author.isEmpty ? name : "\(author)/\(name)"
    }

    private static let authors = [
        "openai": "openai", "anthropic": "anthropic", "google-ai-studio": "google", "google-vertex-ai": "google", "grok": "xai",
        "workers-ai": "",
    ]

    /// What its user has to know.
    var note: String {
        "the gateway's token goes to Cloudflare's REST API, with the key that the gateway has stored for the provider, or Unified Billing"
    }
}
