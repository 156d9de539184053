internal import ArgumentParser
internal import Foundation
internal import Keystore
internal import NIOCore
internal import WarderCommands

/// `warderd models`: what providers themselves say that they have, through the proxy.
struct LiveModels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "models", abstract: "List the models that providers say they have.")

    @OptionGroup var global: GlobalOptions

    @Argument(help: "Routes or providers of the proxy.")
    var names: [String] = []

    func run() async throws {
        let options = global.common
        let client = try ProxyClient(Session(options))
        var rows: [(provider: String, models: Result<[String], Failure>)] = []
        for name in names.isEmpty ? try await client.routes() : names {
            do { rows.append((name, .success(try await Self.models(name, client)))) } catch {
                let failure = Failure(error)
                // No proxy at all is no answer of a provider's.
                guard failure.code == Failure.network else { throw failure }
                rows.append((name, .failure(failure)))
            }
        }
        if options.json {
            try Console.write(JSON.answer([("providers", .array(rows.map(Self.json)))]).line)
        } else {
            for (provider, models) in rows {
                switch models {
                case .success(let models): for model in models { try Console.write("\(provider)/\(model)\n") }
                case .failure(let failure): options.warn("\(provider): \(failure.message)")
                }
            }
        }
        if rows.contains(where: { if case .failure = $0.models { true } else { false } }) { throw Failure.finding }
    }

    private static func json(_ provider: String, _ models: Result<[String], Failure>) -> JSON {
        switch models {
        case .success(let models):
            .object([("provider", .string(provider)), ("models", .array(models.map(JSON.string))), ("error", .null)])
        case .failure(let failure): .object([("provider", .string(provider)), ("models", .null), ("error", .string(failure.message))])
        }
    }

    /// The models of one provider, sorted.
    private static func models(_ name: String, _ client: ProxyClient) async throws -> [String] {
        let response = try await client.send("/\(name)/models")
        let body = try await response.body.collect(upTo: 16 << 20)
        guard response.status == 200 else { throw Diagnosis(status: response.status, body: body).failure }
        let object = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any]
        let list = (object?["data"] ?? object?["models"] ?? object?["result"]) as? [[String: Any]]
        guard let list else { throw Failure(exitCode: Failure.network, "the answer is no list of models") }
        return list.compactMap { ($0["id"] ?? $0["name"]) as? String }.map { $0.hasPrefix("models/") ? String($0.dropFirst(7)) : $0 }
            .sorted()
    }
}
