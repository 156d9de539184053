import Foundation
import Testing

/// A home with an authenticated gateway: what `warder wire` starts from.
struct WireRig {
    let home: Home
    let key = String(decoding: Canary.text(40), as: UTF8.self)
    let token = String(decoding: Canary.text(40), as: UTF8.self)

    init() throws {
        home = try Home()
        try home.store("cloudflare-ai-gateway/api-key", key)
        try home.store("cloudflare-ai-gateway/token", token)
        try home.configure(
            """
            [provider.cloudflare-ai-gateway]
            account_id = "0123456789abcdef0123456789abcdef"
            gateway_id = "my-gw"
            route = "anthropic"
            [provider.cloudflare-ai-gateway.gateway]
            authenticated = true
            [default]
            model = "cloudflare-ai-gateway/claude-sonnet-4-6"

            """)
    }
}
