import Foundation
import Glibc
import Testing

/// A server on loopback with the contract of Cloudflare AI Gateway and of providers. It ends with its owner.
final class GatewayServer {
    /// Where it listens.
    let port: Int
    private let process: pid_t
    private let log: String
    private let configuration: String

    /// The keys that it accepts, and its gateways. See `gateway-server.py`.
    struct Configuration: Encodable {
        var providers: [String: [String]] = [:]
        var gateways: [String: Gateway] = [:]

        struct Gateway: Encodable {
            var authenticated = false
            var token = ""
            /// By slug and alias.
            var stored: [String: [String: String]] = [:]
            var byokOnly = false
            var credit = false
            var limited = false

            enum CodingKeys: String, CodingKey {
                case authenticated, token, stored, credit, limited
                case byokOnly = "byok_only"
            }
        }
    }

    /// A request that it got. Never shown: it has keys.
    struct Request: Decodable, CustomStringConvertible, CustomTestStringConvertible, CustomReflectable {
        let method: String
        let path: String
        let headers: [[String]]
        /// Empty if it is long.
        let body: String
        let length: Int
        let sha256: String
        /// What answered for it: `request`, `stored:ALIAS`, `unified` or `none`.
        let credential: String

        /// All values of a header, by its name in lower case.
        func values(_ name: String) -> [String] { headers.filter { $0[0] == name }.map { $0[1] } }

        var description: String { "\(method) \(path)" }
        var testDescription: String { description }
        var customMirror: Mirror { Mirror(self, children: []) }
    }

    init(for home: Home, _ initial: Configuration = Configuration()) throws {
        log = "\(home.streams)/gateway-requests"
        configuration = "\(home.streams)/gateway.json"
        let output = "\(home.streams)/gateway-port"
        try Self.write(initial, to: configuration)
        process = try Spawn(
            program: "/usr/bin/python3", arguments: [AgentRig.resource("gateway-server.py"), log, configuration],
            environment: home.environment, directory: home.path,
            descriptors: [0: "/dev/null", 1: output, 2: "\(home.streams)/gateway-errors"]
        ).start()
        var text = ""
        for _ in 0..<6000 where !text.hasSuffix("\n") {
            usleep(5000)
            text = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
        }
        guard let port = Int(text.dropLast()) else {
            kill(process, SIGKILL)
            throw StartError()
        }
        self.port = port
    }

    private struct StartError: Error {}

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    /// Has other keys and gateways from the next request on.
    func configure(_ new: Configuration) throws { try Self.write(new, to: configuration) }

    private static func write(_ new: Configuration, to path: String) throws {
        try JSONEncoder().encode(new).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    /// What it got, in order.
    var requests: [Request] {
        get throws {
            let lines = (try? String(contentsOfFile: log, encoding: .utf8))?.split(separator: "\n") ?? []
            return try lines.map { try JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
        }
    }

    /// Everything that it got, as it wrote it down.
    var record: Value { Value((try? Data(contentsOf: URL(fileURLWithPath: log))).map(Array.init) ?? []) }
}
