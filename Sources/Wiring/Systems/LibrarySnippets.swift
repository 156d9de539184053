public import Resolver

/// The patterns of Cloudflare's libraries, and of the vendors' libraries behind the gateway, as code that takes everything from the environment.
///
/// Sources: cloudflare/ai, packages/ai-gateway-provider; https://developers.cloudflare.com/ai-gateway/usage/
public struct LibrarySnippets: Sendable {
    /// The variables that the code reads, for a profile.
    public let variables: [(name: String, reference: String)]
    private let model: String
    private let isAuthenticated: Bool
    private let sendsKey: Bool

    /// The names of the patterns.
    public static let names = ["ai-gateway-provider", "openai", "openai-python", "fetch", "workers"]

    /// - Parameter outline: what requests to the gateway's `compat` address need.
    /// - Throws: ``WiringError/Code/invalid`` if it is another address.
    public init(_ outline: RequestOutline) throws(WiringError) {
        guard outline.kind == Catalogue.gateway, outline.baseURL.hasSuffix("/compat") else {
            throw WiringError(
                .invalid, "these patterns are for the compat address of Cloudflare AI Gateway",
                hint: "--model NAME/SLUG/MODEL, with route = \"compat\" in [provider.NAME]")
        }
        let name = outline.provider
        let (account, gateway) = ("${provider:\(name)/account_id}", "${provider:\(name)/gateway_id}")
        var variables = [
            ("CLOUDFLARE_ACCOUNT_ID", account), ("CLOUDFLARE_GATEWAY_ID", gateway),
            ("OPENAI_BASE_URL", "https://gateway.ai.cloudflare.com/v1/\(account)/\(gateway)/compat"),
        ]
        if let token = outline.gatewayToken { variables.append(("CF_AIG_TOKEN", "secret:\(token.secret)")) }
        if let key = outline.key { variables.append(("OPENAI_API_KEY", "secret:\(key.secret)")) }
        self.variables = variables
        model = outline.model
        isAuthenticated = outline.gatewayToken != nil
        sendsKey = outline.key != nil
    }

    /// The code of a pattern, or nil if there is none of that name.
    public func code(_ name: String) -> String? {
        switch name {
        case "ai-gateway-provider": vercel
        case "openai": openAI
        case "openai-python": openAIPython
        case "fetch": fetch
        case "workers": workers
        default: nil
        }
    }

    private var vercel: String {
        """
        // npm install ai ai-gateway-provider@3
        import { generateText } from "ai";
        import { createAiGateway } from "ai-gateway-provider";
        import { createUnified } from "ai-gateway-provider/providers/unified";

        const gateway = createAiGateway({
          accountId: process.env.CLOUDFLARE_ACCOUNT_ID,
          gateway: process.env.CLOUDFLARE_GATEWAY_ID,\(isAuthenticated ? "\n  apiKey: process.env.CF_AIG_TOKEN," : "")
        });
        const provider = createUnified(\(sendsKey ? "{ apiKey: process.env.OPENAI_API_KEY }" : ""));
        const { text } = await generateText({ model: gateway(provider(\(JSONText.quote(model)))), prompt: "Hello" });
        console.log(text);

        """
    }

    private var openAI: String {
        var members: [String] = []
        // A key of the request would come before the one that the gateway has: the header goes.
        if !sendsKey { members.append("apiKey: \"none\",") }
        let headers =
            (isAuthenticated ? ["\"cf-aig-authorization\": `Bearer ${process.env.CF_AIG_TOKEN}`,"] : [])
            + (sendsKey ? [] : ["Authorization: null,"])
        if !headers.isEmpty { members.append("defaultHeaders: { \(headers.joined(separator: " ").dropLast()) },") }
        let arguments = members.isEmpty ? "" : "{\n  \(members.joined(separator: "\n  "))\n}"
        return """
            // npm install openai
            import OpenAI from "openai";

            // The address\(sendsKey ? " and the key come" : " comes") from OPENAI_BASE_URL\(sendsKey ? " and OPENAI_API_KEY" : "").
            const client = new OpenAI(\(arguments));
            const answer = await client.chat.completions.create({
              model: \(JSONText.quote(model)),
              messages: [{ role: "user", content: "Hello" }],
            });
            console.log(answer.choices[0].message.content);

            """
    }

    private var openAIPython: String {
        let headers = isAuthenticated ? "default_headers={\"cf-aig-authorization\": f\"Bearer {os.environ['CF_AIG_TOKEN']}\"}" : ""
        let arguments = [sendsKey ? "" : "api_key=\"none\"", headers].filter { !$0.isEmpty }.joined(separator: ", ")
        return """
            # pip install openai
            import os
            import openai

            # The address\(sendsKey ? " and the key come" : " comes") from OPENAI_BASE_URL\(sendsKey ? " and OPENAI_API_KEY" : "").
            client = openai.OpenAI(\(arguments))
            answer = client.chat.completions.create(
                model=\(JSONText.quote(model)),
                messages=[{"role": "user", "content": "Hello"}],\(sendsKey ? "" : "\n    extra_headers={\"Authorization\": openai.Omit()},")
            )
            print(answer.choices[0].message.content)

            """
    }

    private var fetch: String {
        var headers = ["\"content-type\": \"application/json\""]
        if sendsKey { headers.append("authorization: `Bearer ${process.env.OPENAI_API_KEY}`") }
        if isAuthenticated { headers.append("\"cf-aig-authorization\": `Bearer ${process.env.CF_AIG_TOKEN}`") }
        return """
            const answer = await fetch(`${process.env.OPENAI_BASE_URL}/chat/completions`, {
              method: "POST",
              headers: {
                \(headers.joined(separator: ",\n    ")),
              },
              body: JSON.stringify({ model: \(JSONText.quote(model)), messages: [{ role: "user", content: "Hello" }] }),
            });
            console.log((await answer.json()).choices[0].message.content);

            """
    }

    private var workers: String {
        """
        // wrangler.jsonc: "ai": { "binding": "AI" }, "vars": { "CLOUDFLARE_GATEWAY_ID": "…" }
        // The binding is authenticated already\(sendsKey ? "; the key is a secret of the Worker: wrangler secret put OPENAI_API_KEY" : "").
        export default {
          async fetch(request, env) {
            return env.AI.gateway(env.CLOUDFLARE_GATEWAY_ID).run({
              provider: "compat",
              endpoint: "chat/completions",
              headers: { "content-type": "application/json"\(sendsKey ? ", authorization: `Bearer ${env.OPENAI_API_KEY}`" : "") },
              query: { model: \(JSONText.quote(model)), messages: [{ role: "user", content: "Hello" }] },
            });
          },
        };

        """
    }
}
