import Foundation
import Glibc
import Testing

/// A server on loopback that answers like a provider. It ends with its owner.
final class ModelServer {
    /// Where it listens.
    let port: Int
    private let process: pid_t
    private let log: String

    /// A request that it got.
    struct Request: Decodable {
        let method: String
        let path: String
        let headers: [[String]]
        let body: String

        /// All values of a header, by its name in lower case.
        func values(_ name: String) -> [String] { headers.filter { $0[0] == name }.map { $0[1] } }
    }

    init(for home: Home) throws {
        log = "\(home.streams)/requests"
        let output = "\(home.streams)/port"
        let script = try #require(Bundle.module.path(forResource: "model-server", ofType: "py", inDirectory: "Resources"))
        process = try Spawn(
            program: "/usr/bin/python3", arguments: [script, log], environment: home.environment, directory: home.path,
            descriptors: [0: "/dev/null", 1: output, 2: "\(home.streams)/server-errors"]
        ).start()
        var text = ""
        for _ in 0..<2000 where !text.hasSuffix("\n") {
            usleep(5000)
            text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        }
        port = try #require(Int(text.dropLast()), "the server does not start")
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    /// What it got, in order.
    var requests: [Request] {
        get throws {
            let lines = (try? String(contentsOfFile: log, encoding: .utf8))?.split(separator: "\n") ?? []
            return try lines.map { try JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
        }
    }
}
