import Foundation
import SodiumCrypto
import Testing

@testable import Resolver

/// Keys that the settings name: what each kind of reference gives, and how it fails. None that fails gives way to another place.
@Suite struct KeySourceTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// OpenAI with this reference, and a key in every other place.
    private func rig(_ reference: String, variables: [String: String] = [:]) throws -> Rig {
        try Rig(
            "[provider.openai]\napi_key = \(reference)", secrets: ["openai/api-key", "OPENAI_API_KEY"],
            variables: variables.merging(["OPENAI_API_KEY": "other"]) { first, _ in first }, home: directory.path)
    }

    private func isBearer(_ text: String, _ rig: Rig) throws -> Bool {
        try rig.resolve("openai/gpt-4o").headers.first { $0.name == "authorization" }?.value.holds("Bearer \(text)") ?? false
    }

    /// The error of a reference, which stands on line 2, has a walk of one step, and does not show what it read.
    private func failure(_ rig: Rig, not canary: String = "Canary", sourceLocation: SourceLocation = #_sourceLocation) throws
        -> ResolverError
    {
        let error = try rig.failure("openai/gpt-4o", sourceLocation: sourceLocation)
        #expect(error.description.hasPrefix("warder.toml: line 2: "), sourceLocation: sourceLocation)
        #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
        let isShown = [error.description, error.hint ?? "", "\(error.steps)"].contains { $0.contains(canary) }
        #expect(!isShown, sourceLocation: sourceLocation)
        #expect(error.steps.map(\.isUsed) == [false], "the walk ends where it fails", sourceLocation: sourceLocation)
        return error
    }

    // MARK: Secrets and variables

    @Test func `a secret that is not there or is empty`() throws {
        #expect(try failure(rig("'secret:not/there'")).code == .notFound)
        let rig = try Rig("[provider.openai]\napi_key = 'secret:e'", secrets: ["openai/api-key"], values: ["e": " \n"])
        #expect(try failure(rig).description == "warder.toml: line 2: the secret e is empty")
    }

    @Test func `a variable, set or not`() throws {
        let set = try rig("{ env = 'MINE' }", variables: ["MINE": "mine"])
        #expect(try isBearer("mine", set))
        #expect(try set.resolve("openai/gpt-4o").key?.origin == .variable("MINE"))
        #expect(try failure(rig("{ env = 'MINE' }")).description == "warder.toml: line 2: the variable MINE is not set")
        #expect(try failure(rig("{ env = 'MINE' }", variables: ["MINE": ""])).code == .notFound)
        // The user's allowed files are for keys that no reference names.
        let fallback = TestVariables("the file", ["MINE": "mine"])
        #expect(try failure(Rig("[provider.openai]\napi_key = { env = 'MINE' }", fallbacks: [fallback])).code == .notFound)
    }

    // MARK: Files

    @Test(arguments: ["", "\n", "\r\n", "\n\n\n"])
    func `a file's content without line ends at its end`(_ end: String) throws {
        let path = try directory.write("Canary-1" + end, to: "key")
        #expect(try isBearer("Canary-1", rig("{ file = '\(path)' }")))
        let home = try rig("{ file = '~/key' }")
        #expect(try isBearer("Canary-1", home))
        #expect(try home.resolve("openai/gpt-4o").key?.origin == .file("~/key"))
    }

    @Test(arguments: [0o644, 0o640, 0o604, 0o660, 0o666])
    func `a file that others may read or write`(_ mode: Int) throws {
        try directory.write("Canary", to: "key", mode: mode)
        #expect(try failure(rig("{ file = '~/key' }")).code == .unsafeFile)
    }

    @Test func `a link, a directory, a file that is too large, empty, of two lines or not there`() throws {
        let path = try directory.write("Canary", to: "real")
        try FileManager.default.createSymbolicLink(atPath: directory.path + "/link", withDestinationPath: path)
        #expect(try failure(rig("{ file = '~/link' }")).code == .unsafeFile)
        try FileManager.default.createDirectory(atPath: directory.path + "/sub", withIntermediateDirectories: false)
        #expect(try failure(rig("{ file = '~/sub' }")).code == .unsafeFile)
        try directory.write(String(repeating: "k", count: 64 << 10) + "\n", to: "large")
        #expect(try failure(rig("{ file = '~/large' }")).code == .unsafeFile)
        try directory.write("\n", to: "empty")
        #expect(try failure(rig("{ file = '~/empty' }")).code == .notFound)
        #expect(try failure(rig("{ file = '~/not-there' }")).code == .notFound)
        try directory.write("Canary\nCanary\n", to: "two")
        #expect(try rig("{ file = '~/two' }").failure("openai/gpt-4o").code == .refused)
    }

    // MARK: Programs

    @Test func `a program's output without line ends at its end`() throws {
        let rig = try rig("{ exec = ['/bin/echo', 'Canary-1'] }")
        #expect(try isBearer("Canary-1", rig))
        #expect(try rig.resolve("openai/gpt-4o").key?.origin == .program("/bin/echo"))
        #expect(try isBearer("Canary-1", self.rig("{ exec = ['echo', 'Canary-1'] }")))
    }

    @Test func `no shell reads the arguments`() throws {
        let words = "$HOME `id` $(id) ; id > /dev/null * ~"
        #expect(try isBearer(words, rig("{ exec = ['/bin/echo', '\(words)'] }")))
        #expect(try failure(rig("{ exec = ['echo word'] }")).code == .io)
    }

    @Test func `its environment has what it needs to find the user, and nothing else of this process`() throws {
        let rig = try rig(
            "{ exec = ['/bin/sh', '-c', 'env | tr \"\\\\n\" \";\"'] }",
            variables: ["HOME": "/h", "XDG_RUNTIME_DIR": "/r", "MINE": "Canary", "LD_PRELOAD": "/nowhere.so", "PATH": "/tmp"])
        let value = try #require(rig.resolve("openai/gpt-4o").headers.first?.value).reveal()
        let lines = String(decoding: value, as: UTF8.self).dropFirst("Bearer ".count).split(separator: ";")
        let names = Set(lines.compactMap { $0.split(separator: "=").first.map(String.init) })
        #expect(names.subtracting(["PWD", "SHLVL", "_", "OLDPWD"]) == ["PATH", "LC_ALL", "HOME", "XDG_RUNTIME_DIR"])
        #expect(lines.contains("HOME=/h") && !lines.contains("PATH=/tmp"))
    }

    @Test func `a program that fails, and what it says then`() throws {
        let error = try failure(rig("{ exec = ['/bin/sh', '-c', 'echo Canary; echo Canary >&2; exit 7'] }"))
        #expect(error.code == .io && error.description.hasSuffix("the program /bin/sh ends with exit code 7"))
        #expect(try failure(rig("{ exec = ['/bin/sh', '-c', 'kill -9 $$'] }")).description.hasSuffix("exit code 137"))
        #expect(try failure(rig("{ exec = ['/nonexistent/program'] }")).code == .io)
        #expect(try failure(rig("{ exec = ['no-such-program-anywhere'] }")).code == .io)
        #expect(try failure(rig("{ exec = ['/bin/true'] }")).code == .notFound)
        #expect(try failure(rig("{ exec = ['/bin/cat'] }")).code == .notFound, "it has no input")
        #expect(try failure(rig("{ exec = ['/bin/sh', '-c', 'echo Canary >&2'] }")).code == .notFound)
    }

    @Test func `a program that writes too much is stopped`() throws {
        let error = try failure(rig("{ exec = ['head', '-c', '65537', '/dev/zero'] }"))
        #expect(error.code == .io && error.description.hasSuffix("wrote too much"))
    }

    @Test func `a program that takes too long is stopped`() throws {
        let rig = try rig("{ exec = ['/bin/sleep', '600'] }")
        var environment = rig.resolver.environment
        #expect(environment.programTimeLimit == 10)
        environment.programTimeLimit = 0.1
        let resolver = ModelResolver(settings: rig.settings, secrets: rig.vault, environment: environment)
        let error = try #require(throws: ResolverError.self) { try resolver.resolve("openai/gpt-4o") }
        #expect(error.code == .io && error.description == "warder.toml: line 2: /bin/sleep: took too long")
    }

    // MARK: Several keys

    @Test func `one key of a pool that fails is an error`() throws {
        let rig = try Rig(
            "[provider.openai]\napi_keys = ['secret:a/key', { key = { env = 'MINE' }, weight = 3 }]", secrets: ["a/key"])
        let error = try rig.failure("openai/gpt-4o")
        #expect(error.code == .notFound && error.description == "warder.toml: line 2: the variable MINE is not set")
        #expect(error.steps.map(\.isUsed) == [true, false])
        rig.variables.set("MINE", "mine")
        let found = try rig.resolver.candidates("openai/gpt-4o")
        #expect(found.map(\.key?.origin.description) == ["the environment, MINE", "the secret a/key, generation 1"])
        #expect(found.allSatisfy { $0.headers.count == 1 && $0.steps.count == 2 })
    }
}
