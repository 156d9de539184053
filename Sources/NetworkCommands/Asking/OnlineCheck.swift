internal import ArgumentParser
internal import Foundation
internal import Keystore
internal import NIOCore
internal import Settings
internal import WarderCommands

/// `warderd doctor`: whether providers answer, and what is wrong if they don't.
struct OnlineCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Ask each provider that the settings have for its list of models, and say what is wrong.")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let options = global.common
        let session = try Session(options)
        let client = ProxyClient(session)
        let names = session.settings.providers.keys.sorted()
        let routes = names.isEmpty ? try await client.routes() : names
        var findings: [(name: String, diagnosis: Diagnosis)] = []
        for name in routes {
            let response = try await client.send("/\(name)/models")
            let body = try await response.body.collect(upTo: 16 << 20)
            findings.append((name, Diagnosis(status: response.status, body: body)))
        }
        if options.json {
            let rows = findings.map { name, diagnosis in
                JSON.object([
                    ("provider", .string(name)), ("cause", .string(diagnosis.cause.rawValue)),
                    ("status", .number(UInt64(diagnosis.status))),
                ])
            }
            try Console.write(JSON.answer([("online", .array(rows))]).line)
        } else {
            for (name, diagnosis) in findings { try Console.write("\(name): \(diagnosis.text)\n") }
        }
        if findings.contains(where: { $0.diagnosis.cause != .fine }) { throw Failure.finding }
    }
}

extension ProxyClient {
    /// What the proxy serves, by name.
    func routes() async throws -> [String] {
        let response = try await send("/-/status")
        let body = try await response.body.collect(upTo: 16 << 20)
        let object = try? JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any]
        return Set((object?["routes"] as? [String]) ?? []).sorted()
    }
}
