// Asks a model a question, with a key that no file, variable or argument of this program has.
//
//     echo 'What is a nonce?' | swift run ask-example anthropic/claude-sonnet-4-6
//
// The model is PROVIDER/MODEL, or the name of a route in warder.toml: its models and keys are then tried one after the other. Without an
// argument it is the default model of the settings.

internal import AsyncHTTPClient
internal import Foundation
internal import NIOCore
internal import NIOHTTP1
internal import Resolver
internal import SodiumCrypto

@main struct Ask {
    static func main() async {
        var configuration = HTTPClient.Configuration()
        // A redirect would take the key to another host.
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(120))
        do {
            let question = String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
            let resolver = try ModelResolver.ofUser(environment: ProcessInfo.processInfo.environment)
            let candidates = try resolver.candidates(CommandLine.arguments.dropFirst().first)
            try await HTTPClient.withHTTPClient(configuration: configuration) { client in
                print(try await answer(to: question, by: candidates, resolver, client))
            }
        } catch {
            say("\(error)")
            exit(1)
        }
    }

    static func say(_ text: String) { FileHandle.standardError.write(Data("ask: \(text)\n".utf8)) }

    /// The answer of the first candidate that gives one. What came of each request is told to the resolver, which lets a bad key rest.
    static func answer(to question: String, by candidates: [Resolution], _ resolver: ModelResolver, _ client: HTTPClient) async throws
        -> String
    {
        for candidate in candidates {
            let request = try request(candidate, question)
            let response: HTTPClientResponse
            let body: ByteBuffer
            do {
                response = try await client.execute(request, deadline: .distantFuture)
                body = try await response.body.collect(upTo: 16 << 20)
            } catch {
                resolver.report(.unavailable, for: candidate)
                say("\(candidate.provider): no answer")
                continue
            }
            let outcome = RequestOutcome(status: Int(response.status.code)) { response.headers[$0].first }
            if let outcome { resolver.report(outcome, for: candidate) }
            if response.status == .ok { return try text(of: body, candidate.style) }
            say("\(candidate.provider): HTTP \(response.status.code)")
            // Another key or model may do what this one may not; a request that is wrong stays wrong.
            if outcome == nil { break }
        }
        throw Failure.noAnswer
    }

    /// The request, with the headers of the resolution. Their values leave locked memory here and nowhere else.
    static func request(_ resolution: Resolution, _ question: String) throws -> HTTPClientRequest {
        guard let url = resolution.requestURL, [.openaiChat, .anthropicMessages].contains(resolution.style) else { throw Failure.style }
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        for header in resolution.headers {
            request.headers.replaceOrAdd(name: header.name, value: String(decoding: header.value.reveal(), as: UTF8.self))
        }
        let message = ["role": "user", "content": question]
        var body: [String: Any] = ["model": resolution.model, "messages": [message]]
        // One must have it, and the other's newer models do not take it.
        if resolution.style == .anthropicMessages { body["max_tokens"] = 1024 }
        request.body = .bytes(ByteBuffer(bytes: try JSONSerialization.data(withJSONObject: body)))
        return request
    }

    /// The text of an answer.
    static func text(of body: ByteBuffer, _ style: APIStyle) throws -> String {
        let answer = try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any]
        switch style {
        case .anthropicMessages:
            let parts = answer?["content"] as? [[String: Any]] ?? []
            return parts.compactMap { $0["text"] as? String }.joined()
        default:
            let choices = answer?["choices"] as? [[String: Any]] ?? []
            let message = choices.first?["message"] as? [String: Any]
            guard let text = message?["content"] as? String else { throw Failure.noAnswer }
            return text
        }
    }
}

enum Failure: Error, CustomStringConvertible {
    case style
    case noAnswer

    var description: String {
        switch self {
        case .style: "this example speaks to chat completions and messages only"
        case .noAnswer: "no candidate gave an answer"
        }
    }
}
