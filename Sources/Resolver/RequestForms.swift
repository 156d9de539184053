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
        var pieces = [try SecretValue.text("url = \"\(requestURL)\"\nheader = \"content-type: application/json\"\n")]
        for header in headers where header.name != "content-type" {
            pieces += [try .text("header = \"\(header.name): "), try header.value.escapedForCurl(), try .text("\"\n")]
        }
        return try SecretValue.joined(pieces)
    }

    /// One header on a line: `NAME: VALUE`. curl reads it with `--header @FILE`.
    public func headerFile() throws -> SecretValue {
        try SecretValue.joined(headers.flatMap { [try SecretValue.text("\($0.name): "), $0.value, try .text("\n")] })
    }

    /// The variables from which the vendor's client libraries take all of this.
    ///
    /// - Throws: ``ResolverError/Code/invalid`` if they have none for this shape of requests.
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
        var variables = [EnvironmentVariable(name: "\(prefix)_BASE_URL", value: try .text(baseURL.text))]
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
        if !others.isEmpty {
            let sources = headers.flatMap(\.origins).compactMap(\.generation)
            variables.append(
                EnvironmentVariable(name: "\(prefix)_CUSTOM_HEADERS", value: try SecretValue.joined(others), sources: sources))
        }
        return variables
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
