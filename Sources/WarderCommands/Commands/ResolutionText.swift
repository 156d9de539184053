internal import Profiles
internal import Resolver
internal import SodiumCrypto

/// How a resolution is shown.
enum ResolutionText {
    /// For people.
    static func write(_ resolution: Resolution, revealing: Bool, explaining: Bool) throws {
        try Console.write(
            lines([
                ("model", "\(resolution.model)  (\(resolution.origins.model))"),
                ("provider", resolution.provider + (resolution.kind.map { $0 == resolution.provider ? "" : " (\($0))" } ?? "")),
                ("style", "\(resolution.style.rawValue)  (\(resolution.origins.style))"),
                ("base URL", "\(resolution.baseURL.text)  (\(resolution.origins.baseURL.map(\.description).joined(separator: "; ")))"),
                ("request", resolution.requestURL.map { "POST \($0)" } ?? "what follows the base URL is the client's"),
            ]))
        try write(resolution.headers, "header", revealing)
        if let step = resolution.step {
            try Console.write(lines([("step", "provider \(step.provider), endpoint \(step.endpoint)")]))
            try write(step.headers, "step header", revealing)
        }
        try Console.write(lines([("hosts", resolution.hosts.joined(separator: ", "))]))
        if explaining { for line in walk(resolution.steps) { try Console.write(line + "\n") } }
    }

    private static func write(_ headers: [RequestHeader], _ word: String, _ revealing: Bool) throws {
        for header in headers {
            try Console.write(ProviderText.line(word, "\(header.name): "))
            if revealing {
                try header.value.bytes.withBytes { try Console.write($0) }
            } else {
                try Console.write(header.text ?? "\(header.value)")
            }
            try Console.write("  (\(header.origins.map(\.description).joined(separator: "; ")))\n")
        }
    }

    private static func lines(_ facts: [(String, String)]) -> String {
        facts.map { ProviderText.line($0.0, $0.1) + "\n" }.joined()
    }

    /// What was looked at, one line each.
    static func walk(_ steps: [WalkStep]) -> [String] {
        steps.map { ProviderText.line($0.isUsed ? "looked *" : "looked", "\($0.source): \($0.outcome)") }
    }

    /// For machines. Values are null unless they are revealed.
    static func json(_ resolution: Resolution, revealing: Bool) -> JSON {
        .object([
            ("provider", .string(resolution.provider)), ("kind", .text(resolution.kind)), ("model", .string(resolution.model)),
            ("style", .string(resolution.style.rawValue)), ("base_url", .string(resolution.baseURL.text)),
            ("model_from", .string(resolution.origins.model.description)), ("style_from", .string(resolution.origins.style.description)),
            ("base_url_from", .array(resolution.origins.baseURL.map { .string($0.description) })),
            ("request_url", .text(resolution.requestURL)),
            ("headers", .array(resolution.headers.map { json($0, revealing) })),
            (
                "step",
                resolution.step.map { step in
                    .object([
                        ("provider", .string(step.provider)), ("endpoint", .string(step.endpoint)),
                        ("headers", .array(step.headers.map { json($0, revealing) })),
                    ])
                } ?? .null
            ),
            ("hosts", .array(resolution.hosts.map(JSON.string))),
            (
                "models",
                resolution.listing.map { .object([("url", .string($0.url)), ("needs_key", .bool($0.needsKey))]) } ?? .null
            ), ("key_from", .text(resolution.key?.origin.description)),
            (
                "walk",
                .array(
                    resolution.steps.map {
                        .object([("source", .string($0.source)), ("outcome", .string($0.outcome)), ("used", .bool($0.isUsed))])
                    })
            ),
        ])
    }

    private static func json(_ header: RequestHeader, _ revealing: Bool) -> JSON {
        let value = revealing ? String(decoding: header.value.reveal(), as: UTF8.self) : header.text
        return .object([
            ("name", .string(header.name)), ("value", .text(value)), ("secret", .bool(header.text == nil)),
            (
                "from",
                .array(
                    header.origins.map { origin in
                        guard case .secret(let secret) = origin else { return .object([("description", .string(origin.description))]) }
                        return .object([
                            ("description", .string(origin.description)), ("secret", .string(secret.name)),
                            ("generation", .number(secret.generation)),
                        ])
                    })
            ),
        ])
    }

    static func write(_ json: JSON) throws { try Console.write(json.line) }
}
