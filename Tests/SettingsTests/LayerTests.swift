import Glibc
import Testing

@testable import Settings

@Suite struct LayerTests {
    private let directory: TemporaryDirectory
    private let trust: ProjectTrust

    init() throws {
        directory = try TemporaryDirectory()
        trust = ProjectTrust(path: "\(directory.path)/state/warder/allowed")
    }

    private func load(in name: String? = nil) throws(SettingsError) -> WarderSettings {
        try WarderSettings.load(
            SettingsSources(
                system: "\(directory.path)/etc/warder.toml", user: "\(directory.path)/user/warder.toml",
                workingDirectory: name.map { "\(directory.path)/\($0)" }), trust: trust)
    }

    @Test func `is empty without files`() throws {
        #expect(try load(in: "").files == [])
    }

    @Test func `lets a later file override keys, and profiles whole`() throws {
        try directory.write(
            "[vault]\nkey_file = '/s'\nfingerprint = 's'\n[history]\ndays = 1\n[profile.default]\nA = 's'\nB = 's'\n[provider.p]\nroute = 's'\naccount_id = 's'",
            to: "etc/warder.toml")
        try directory.write(
            "[vault]\nkey_file = '/u'\n[history]\ngenerations = 2\n[profile.default]\nC = 'u'\n[provider.p]\nroute = 'u'",
            to: "user/warder.toml")
        let project = try directory.write("[profile.dev]\nextends = 'default'\nD = 'p'", to: "code/warder.toml")
        _ = try trust.allow(project)
        try directory.write("", to: "code/deep/er/file")
        let read = try load(in: "code/deep/er")
        #expect(read.vault == VaultSettings(keyFile: "/u", fingerprint: "s"))
        #expect(read.history == HistorySettings(generations: 2, days: 1))
        #expect(read.providers["p"]?[.route] == "u")
        #expect(read.providers["p"]?[.accountID] == "s")
        #expect(try read.entries(ofProfile: "default")?.map(\.name) == ["C"])
        #expect(try read.entries(ofProfile: "dev")?.map(\.name) == ["C", "D"])
        #expect(try read.entries(ofProfile: "dev")?.last?.file == project)
        #expect(read.files.count == 3)
        #expect(read.files.last == project)
        #expect(try load().files.count == 2)
    }

    @Test func `reads a text as the user's file`() throws {
        try directory.write("[provider.p]\nroute = 's'\naccount_id = 's'", to: "etc/warder.toml")
        let text = "[provider.p]\nroute = 'u'"
        try directory.write(text, to: "user/warder.toml")
        let system = "\(directory.path)/etc/warder.toml"
        let file = "\(directory.path)/user/warder.toml"
        #expect(try WarderSettings.parse(text, file: file, after: system) == load())
        #expect(try WarderSettings.parse(text, file: file, after: nil) == WarderSettings.parse(text, file: file))
        #expect(throws: SettingsError.self) { try WarderSettings.parse("[provider.p]\nnonsense = 1", file: file, after: system) }
    }

    @Test func `checks extends across files`() throws {
        try directory.write("[profile.a]\nextends = 'b'", to: "etc/warder.toml")
        try directory.write("[profile.b]\nextends = 'a'", to: "user/warder.toml")
        let error = try #require(throws: SettingsError.self) { try load() }
        #expect(error.code == .invalid)
        #expect(error.description.contains("extends itself"))
    }

    @Test func `refuses files that others could have written`() throws {
        for name in ["etc/warder.toml", "user/warder.toml"] {
            for mode: mode_t in [0o666, 0o664] {
                let file = try directory.write("", to: name, mode: mode)
                #expect(try #require(throws: SettingsError.self) { try load() }.code == .unsafeFile)
                #expect(try #require(throws: SettingsError.self) { try WarderSettings.load(file: file) }.code == .unsafeFile)
                unsafe chmod(file, 0o600)
            }
        }
        #expect(try load().files.count == 2)
        unsafe rename("\(directory.path)/user/warder.toml", "\(directory.path)/user/target")
        unsafe symlink("target", "\(directory.path)/user/warder.toml")
        #expect(try #require(throws: SettingsError.self) { try load() }.code == .unsafeFile)
        unsafe unlink("\(directory.path)/user/warder.toml")
        unsafe mkfifo("\(directory.path)/user/warder.toml", 0o600)
        #expect(try #require(throws: SettingsError.self) { try load() }.code == .unsafeFile)
    }

    @Test(.enabled(if: geteuid() == 0)) func `refuses a file of another user`() throws {
        let file = try directory.write("", to: "user/warder.toml")
        #expect(unsafe chown(file, 12345, 12345) == 0)
        #expect(try #require(throws: SettingsError.self) { try load() }.code == .unsafeFile)
    }

    @Test func `reads one named file instead of all`() throws {
        try directory.write("broken", to: "user/warder.toml")
        let file = try directory.write("[vault]\nkey_file = '/k'", to: "other.toml")
        #expect(try WarderSettings.load(file: file).vault.keyFile == "/k")
        #expect(try #require(throws: SettingsError.self) { try WarderSettings.load(file: file + "x") }.code == .notFound)
    }

    @Test func `does not take the user's or the system's file for a project's`() throws {
        try directory.write("[vault]\nkey_file = '/k'", to: "user/warder.toml")
        try directory.write("", to: "user/sub/file")
        #expect(try load(in: "user/sub").files.count == 1)
        unsafe symlink("user", "\(directory.path)/link")
        #expect(try load(in: "link").files.count == 1)
        try directory.write("", to: "warder.toml")
        #expect(try #require(throws: SettingsError.self) { try load(in: "user/sub") }.code == .untrusted)
        #expect(try load(in: "no such directory").files.count == 1)
    }

    @Test func `prints no control characters of a path`() throws {
        let file = try directory.write("x = 1", to: "a\u{1B}[31m\n\u{202E}b/warder.toml")
        let error = try #require(throws: SettingsError.self) { try WarderSettings.load(file: file) }
        #expect(error.description.hasSuffix("/a?[31m??b/warder.toml: line 1: unknown key \"x\""))
    }
}
