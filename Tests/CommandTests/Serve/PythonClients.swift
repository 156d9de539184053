import Foundation
import Testing

/// The virtual environment with the libraries of OpenAI and Anthropic, and the program `llm`. `contrib/setup --tests` makes it.
enum PythonClients {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: ".build/python-clients").path

    /// Whether it is there, whole.
    static let isThere = FileManager.default.fileExists(atPath: directory + "/versions")
    static let reason: Comment = "SKIPPED: needs .build/python-clients, which contrib/setup --tests makes when PyPI can be reached"

    /// A program in it.
    static func program(_ name: String) -> String { "\(directory)/bin/\(name)" }
}

/// What came of the operations of a library, by their words.
struct LibraryRun {
    /// What it wrote.
    let outcome: Outcome
    private let results: [String: [String: Any]]

    init(_ outcome: Outcome) throws {
        self.outcome = outcome
        results = (try? JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: [String: Any]]) ?? [:]
    }

    /// One operation: its results by name.
    subscript(operation: String) -> [String: Any] { results[operation] ?? [:] }

    func text(_ operation: String, _ name: String = "text") -> String? { self[operation][name] as? String }
    func number(_ operation: String, _ name: String) -> Int? { self[operation][name] as? Int }
}

extension ServeRig {
    /// Has a library do something, with its own variables for address and key.
    ///
    /// - Parameters:
    ///   - route: the route or provider.
    ///   - operations: see `sdk-clients.py`.
    ///   - isLocal: whether it connects to the Unix socket, where it needs no token of ours.
    func openAI(_ route: String, _ operations: String..., own: String = "", isLocal: Bool = false, token: String? = nil) throws
        -> LibraryRun
    {
        let base = isLocal ? "http://localhost/\(route)/v1" : "\(address(route))/v1"
        return try library(
            "openai", operations, ["OPENAI_BASE_URL": base, "OPENAI_API_KEY": isLocal ? "none" : token ?? self.token], own, isLocal)
    }

    /// The same for Anthropic's.
    func anthropic(_ route: String, _ operations: String..., own: String = "", isLocal: Bool = false, more: [String: String] = [:]) throws
        -> LibraryRun
    {
        let base = isLocal ? "http://localhost/\(route)" : address(route)
        let key = more["ANTHROPIC_AUTH_TOKEN"] == nil ? ["ANTHROPIC_API_KEY": isLocal ? "none" : token] : [:]
        return try library("anthropic", operations, ["ANTHROPIC_BASE_URL": base].merging(key) { $1 }.merging(more) { $1 }, own, isLocal)
    }

    private func library(_ name: String, _ operations: [String], _ variables: [String: String], _ own: String, _ isLocal: Bool) throws
        -> LibraryRun
    {
        var variables = variables
        variables["OWN"] = own
        variables["ACKNOWLEDGE"] = "http://127.0.0.1:\(upstream.port)/-/ack/"
        if isLocal { variables["UNIX_SOCKET"] = socket }
        let outcome = try home.run(
            [AgentRig.resource("sdk-clients.py"), name] + operations, program: PythonClients.program("python"), with: variables)
        try #require(outcome.code == 0, "the library failed otherwise than it should")
        return try LibraryRun(outcome)
    }
}
