public import Profiles
public import SodiumCrypto

/// A resolution in forms that programs read. Each holds values.
extension Resolution {
    /// A configuration file for curl, which takes the body from its own arguments: `curl --config FILE --data @body.json`.
    ///
    /// - Throws: ``ResolverError/Code/invalid`` if the address of a request is not known, or a part of it belongs into the body.
    ///
    /// Source: curl(1), `--config`.
    public func curlConfiguration() throws -> SecretValue {
        guard let requestURL else { throw ResolverError(.invalid, "only the client knows what follows the base URL") }
        guard step == nil else {
            throw ResolverError(.invalid, "a request to the universal address has a step in its body, which only --json shows")
        }
        var pieces = [try SecretValue.text("url = \"\(requestURL)\"\n")]
        // curl would say that the body is a form's.
        if !headers.contains(where: { $0.name == "content-type" }) {
            pieces.append(try .text("header = \"content-type: application/json\"\n"))
        }
        for header in headers {
            pieces += [try .text("header = \"\(header.name): "), try header.value.escapedForCurl(), try .text("\"\n")]
        }
        return try SecretValue.joined(pieces)
    }

    /// The key that the provider gets, without what stands before it in its header. Nil if the request has none.
    public func bareKey() throws -> SecretValue? {
        for auth in AuthScheme.allCases {
            guard let name = auth.header, let header = headers.first(where: { $0.name == name }), header.text == nil else { continue }
            return header.value.begins(with: auth.prefix) ? try header.value.dropping(auth.prefix.utf8.count) : header.value
        }
        return nil
    }

    /// One header on a line: `NAME: VALUE`. curl reads it with `--header @FILE`.
    public func headerFile() throws -> SecretValue {
        try SecretValue.joined(headers.flatMap { [try SecretValue.text("\($0.name): "), $0.value, try .text("\n")] })
    }

    /// The variables from which the vendor's client libraries take all of this. Without a key, the variable for one is empty: a key that the
    /// environment has for somebody else must not go here.
    ///
    /// - Throws: ``ResolverError/Code/invalid`` if they have none for this shape of requests, or would post to another path.
    ///
    /// Source: openai-python and anthropic-sdk-python, their README files.
    public func clientVariables() throws -> [EnvironmentVariable] {
        let prefix: String
        switch style {
        case .openaiChat, .openaiResponses: prefix = "OPENAI"
        case .anthropicMessages: prefix = "ANTHROPIC"
        case .gemini, .bedrockConverse, .cloudflareRun, .cloudflareUniversal, .other:
            throw ResolverError(
                .invalid, "no variables are known from which clients take requests of the style \(style.rawValue)",
                hint: "--format header-file has the headers")
        }
        var variables = [EnvironmentVariable(name: "\(prefix)_BASE_URL", value: try .text(clientBaseURL()))]
        var others: [SecretValue] = []
        for header in headers {
            switch (header.name, prefix) {
            // The libraries write the scheme themselves, and know no other.
            case ("authorization", _) where header.value.begins(with: "Bearer "):
                variables.append(try header.key(in: prefix == "OPENAI" ? "OPENAI_API_KEY" : "ANTHROPIC_AUTH_TOKEN", after: "Bearer "))
            case ("x-api-key", "ANTHROPIC"): variables.append(try header.key(in: "ANTHROPIC_API_KEY", after: ""))
            // The library sends its own.
            case ("anthropic-version", _): break
            default: others += [try .text(others.isEmpty ? "\(header.name): " : "\n\(header.name): "), header.value]
            }
        }
        // Anthropic's library would send it besides a token.
        if !variables.contains(where: { $0.name == "\(prefix)_API_KEY" }) {
            variables.append(EnvironmentVariable(name: "\(prefix)_API_KEY", value: try .text("")))
        }
        if !others.isEmpty {
            let sources = headers.flatMap(\.origins).compactMap(\.generation)
            variables.append(
                EnvironmentVariable(name: "\(prefix)_CUSTOM_HEADERS", value: try SecretValue.joined(others), sources: sources))
        }
        return variables
    }

    /// What client libraries must be given so that they post where the request goes: they know what follows.
    private func clientBaseURL() throws(ResolverError) -> String {
        guard let requestURL, let path = Address.path(of: style) else { return baseURL.text }
        guard requestURL.hasSuffix(path) else {
            throw ResolverError(
                .invalid, "clients post to a path that ends with \(path), and this request goes elsewhere",
                hint: "--format curl and header-file have the request as it is")
        }
        return String(requestURL.dropLast(path.count))
    }
}

extension RequestHeader {
    /// The key without what stands before it in the header.
    fileprivate func key(in variable: String, after prefix: String) throws -> EnvironmentVariable {
        EnvironmentVariable(
            name: variable, value: prefix.isEmpty ? value : try value.dropping(prefix.utf8.count), sources: origins.compactMap(\.generation)
        )
    }
}

extension Origin {
    fileprivate var generation: SecretGeneration? {
        if case .secret(let secret) = self { secret } else { nil }
    }
}
