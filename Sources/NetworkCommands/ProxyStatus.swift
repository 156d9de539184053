internal import ArgumentParser
internal import Foundation
internal import Keystore
internal import NIOCore
internal import RequestLayer
internal import WarderCommands

/// `warderd status`: how the proxy is.
struct ProxyStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Say how the proxy is.")

    @OptionGroup var global: GlobalOptions

    func run() async throws {
        let options = global.common
        let response = try await ProxyClient(Session(options)).send("/-/status")
        let body = try await response.body.collect(upTo: 16 << 20)
        guard response.status == 200 else { throw Failure(exitCode: Failure.network, "the proxy answers \(response.status)") }
        if options.json { return try Console.write(Array(body.readableBytesView) + (body.readableBytesView.last == 10 ? [] : [10])) }
        guard let status = try? JSONDecoder().decode(GateStatus.self, from: Data(body.readableBytesView)) else {
            throw Failure(exitCode: Failure.network, "the proxy says something that this program does not know")
        }
        try Console.write(text(status).joined(separator: "\n") + "\n")
    }

    private func text(_ status: GateStatus) -> [String] {
        var lines = ["health    \(status.health)\(status.reason.map { ": \($0)" } ?? "")"]
        lines.append(
            "requests  \(status.requests), \(status.errors) errors; in the last minute \(status.requestsOfLastMinute), \(status.errorsOfLastMinute) errors"
        )
        for (route, count) in status.requestsByRoute.sorted(by: { $0.key < $1.key }) { lines.append("route     \(route): \(count)") }
        lines.append("routes    \(status.routes.joined(separator: ", "))")
        for problem in status.problems { lines.append("trouble   \(problem.route): \(problem.reason)") }
        for key in status.resting {
            let generation = key.generation.map { " (\($0))" } ?? ""
            lines.append("resting   \(key.key)\(generation) of \(key.provider): \(key.reason), for \(key.seconds) s")
        }
        for token in status.tokens { lines.append("token     \(token.name): \(token.used) requests, \(token.streams) under way") }
        return lines
    }
}
