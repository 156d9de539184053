import Keystore
import Settings
import SodiumCrypto
import Synchronization
import Testing

@testable import Resolver

/// A resolver over settings as text, a real vault in memory, variables that the test sets, and a clock that only the test moves.
struct Rig {
    /// Where `~/` is; nothing is there but what a test writes.
    static let home = "/nonexistent/warder"

    let settings: WarderSettings
    let vault: TestVault
    let variables: TestVariables
    let clock = TestClock()
    let resolver: ModelResolver

    /// - Parameters:
    ///   - settings: the text of `warder.toml`.
    ///   - secrets: the names of secrets, each with the value ``FakeKey`` gives it.
    ///   - values: secrets with values of the test's own.
    ///   - variables: the variables of the process.
    ///   - fallbacks: where keys are looked for last.
    ///   - home: where `~/` is.
    init(
        _ settings: String = "", secrets: [String] = [], values: [String: String] = [:], variables: [String: String] = [:],
        fallbacks: [any VariableSource] = [], home: String = Rig.home
    ) throws {
        self.settings = try WarderSettings.parse(settings, file: "warder.toml")
        vault = try TestVault()
        for name in secrets { try vault.store(name, FakeKey.of(name)) }
        for (name, value) in values { try vault.store(name, value) }
        self.variables = TestVariables("the environment", variables)
        let environment = ResolverEnvironment(
            directories: try UserDirectories(environment: ["HOME": home], userID: 1), variables: self.variables, fallbacks: fallbacks)
        resolver = ModelResolver(
            settings: self.settings, secrets: vault, environment: environment, catalogue: .standard, now: { [clock] in clock.now })
    }

    func resolve(_ model: String? = nil) throws -> Resolution { try resolver.resolve(model) }

    /// The error with which a model is refused.
    func failure(_ model: String? = nil, sourceLocation: SourceLocation = #_sourceLocation) throws -> ResolverError {
        try #require(throws: ResolverError.self, sourceLocation: sourceLocation) { try resolver.candidates(model) }
    }
}

/// Keys that nobody issued, one for each name.
enum FakeKey {
    static func of(_ name: String) -> String {
        let word = name.filter { $0.isLetter || $0.isNumber }
        let isCloudflare = name.hasSuffix("/token") || name.hasSuffix("_AIG_TOKEN") || name.contains("workers-ai")
        if isCloudflare || ["CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"].contains(name) { return "cfut_Canary\(word)" }
        return name.lowercased().contains("anthropic") ? "sk-ant-Canary\(word)" : "Canary\(word)"
    }

    /// A text in which `[NAME]` stands for the key of that name.
    static func filled(_ text: String) -> String {
        text.replacing(/\[([A-Za-z0-9_\/.-]+)\]/) { of(String($0.output.1)) }
    }
}

extension SecretValue {
    /// Compared here, so that no failure shows a value.
    func holds(_ text: String) -> Bool { reveal() == Array(text.utf8) }
}

extension RequestHeader {
    var isSecret: Bool { text == nil }
}

/// Expects exactly these headers, `NAME: VALUE` with `[SECRET]` for the key of a name, in any order.
func expect(
    _ headers: [RequestHeader], are lines: [String], _ what: String = "", sourceLocation: SourceLocation = #_sourceLocation
) {
    let expected = lines.map { line in
        let parts = line.split(separator: ": ", maxSplits: 1).map(String.init)
        return (name: parts[0], value: parts.count > 1 ? parts[1] : "")
    }
    #expect(headers.map(\.name).sorted() == expected.map(\.name).sorted(), "\(what)", sourceLocation: sourceLocation)
    for (name, value) in expected {
        let header = headers.first { $0.name == name }
        let isSame = header?.value.holds(FakeKey.filled(value)) ?? false
        #expect(isSame, "\(what): the value of \(name)", sourceLocation: sourceLocation)
        let isMarked = header?.isSecret == (FakeKey.filled(value) != value)
        #expect(isMarked, "\(what): \(name) is secret or not", sourceLocation: sourceLocation)
    }
}
