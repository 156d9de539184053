internal import NIOHTTP1

/// The operations of each family. What is not here is not forwarded: files, batches, fine-tuning and administration are not.
///
/// Source: the vendors' API references.
enum OperationTable {
    private static let all: [OperationFamily: [Operation]] = [
        .openai: [
            body("chat/completions"), body("completions"), body("responses"), body("embeddings"), body("moderations"), body("rerank"),
            body("responses/input_tokens"), body("responses/compact"),
            Operation(label: "responses/*", segments: ["responses", "*"], methods: [.GET, .DELETE], model: .none),
            Operation(label: "responses/*/cancel", segments: ["responses", "*", "cancel"], methods: [.POST], model: .none),
            Operation(label: "responses/*/input_items", segments: ["responses", "*", "input_items"], methods: [.GET], model: .none),
            body("images/generations"), form("images/edits"), form("images/variations"),
            body("audio/speech"), form("audio/transcriptions"), form("audio/translations"),
            Operation(label: "models", segments: ["models"], methods: [.GET], model: .none), .listing,
        ],
        .anthropic: [
            body("messages"), body("messages/count_tokens"), body("complete"),
            Operation(label: "models", segments: ["models"], methods: [.GET], model: .none),
            Operation(label: "models", segments: ["models", "*"], methods: [.GET], model: .none),
        ],
        .gemini: [Operation(label: "models", segments: ["models"], methods: [.GET], model: .none)],
        .bedrock: ["converse", "converse-stream", "invoke", "invoke-with-response-stream"].map {
            Operation(label: $0, segments: ["model", "*", $0], methods: [.POST], model: .path)
        },
        .run: [body("run"), Operation(label: "run", segments: ["run", "**"], methods: [.POST], model: .path)],
    ]

    private static func body(_ path: String) -> Operation {
        Operation(label: path, segments: path.split(separator: "/").map(String.init), methods: [.POST], model: .body)
    }

    private static func form(_ path: String) -> Operation {
        Operation(label: path, segments: path.split(separator: "/").map(String.init), methods: [.POST], model: .form)
    }

    /// Those without wildcards, by their paths.
    static let exact: [OperationFamily: [String: Operation]] = all.mapValues { operations in
        Dictionary(
            operations.filter { !$0.segments.contains { $0.hasPrefix("*") } }.map { ("/" + $0.segments.joined(separator: "/"), $0) },
            uniquingKeysWith: { first, _ in first })
    }

    /// Those with wildcards.
    static let patterns: [OperationFamily: [Operation]] = all.mapValues { operations in
        operations.filter { $0.segments.contains { $0.hasPrefix("*") } }
    }

    /// What can be done with a model of Gemini.
    static let geminiVerbs: [String: Operation] = Dictionary(
        ["generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents", "predict"].map {
            ($0, Operation(label: $0, segments: ["models", "*"], methods: [.POST], model: .path))
        }, uniquingKeysWith: { first, _ in first })
}
