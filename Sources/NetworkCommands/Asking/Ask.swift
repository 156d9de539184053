internal import ArgumentParser
internal import AsyncHTTPClient
internal import Foundation
internal import Keystore
internal import NIOCore
internal import Resolver
internal import WarderCommands

/// `warderd ask`: one question to a model, through the proxy.
struct Ask: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ask", abstract: "Ask a model one question, through the proxy.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var asking: AskOptions

    func run() async throws {
        let options = global.common
        let session = try Session(options)
        let message = try asking.text()
        // No value is read for that: the proxy has them.
        let shape = try session.resolver(mayPrompt: false).shape(of: asking.model)
        let question = try Question(style: shape.style, model: shape.model, message: message)
        let response = try await ProxyClient(session).send(
            "/\(shape.route ?? shape.provider)\(question.path)", body: question.body,
            headers: [("accept", "text/event-stream")] + question.headers)
        guard response.status == 200 else {
            let body = try? await response.body.collect(upTo: 1 << 20)
            throw Self.failure(response.status, body.map { Data($0.readableBytesView) })
        }
        var answer = EventText(style: shape.style)
        do {
            for try await part in response.body { try Console.write(Array(answer.take(Array(part.readableBytesView)).utf8)) }
        } catch let error as Failure { throw error } catch {
            throw Failure(exitCode: Failure.network, "the answer broke off")
        }
        try Console.write("\n")
        guard answer.isComplete else { throw Failure(exitCode: Failure.network, "the answer broke off") }
    }

    private static func failure(_ status: Int, _ body: Data?) -> Failure {
        let object = body.flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] }
        let error = object?["error"] as? [String: Any]
        let text = (error?["message"] as? String).map { String($0.prefix(300)) } ?? "no reason is given"
        let own = text.hasPrefix("warder: ") ? String(text.dropFirst(8)) : "the provider answers \(status): \(text)"
        return Failure(exitCode: Failure.network, own)
    }
}
