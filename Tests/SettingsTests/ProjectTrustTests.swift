import Glibc
import Testing

@testable import Settings

@Suite struct ProjectTrustTests {
    private let directory: TemporaryDirectory
    private let trust: ProjectTrust
    private let project: String

    init() throws {
        directory = try TemporaryDirectory()
        trust = ProjectTrust(path: "\(directory.path)/state/warder/allowed")
        project = try directory.write(
            "[profile.dev]\nextends = 'default'\nB = '${secret:y}${secret:x}'\nA = 'secret:x'\n[profile.ci]\nextends = 'dev'\nC = '1'",
            to: "code/warder.toml")
    }

    private func load() throws(SettingsError) -> WarderSettings {
        try WarderSettings.load(SettingsSources(system: nil, user: nil, workingDirectory: "\(directory.path)/code"), trust: trust)
    }

    private func write(_ text: String) throws { try directory.write(text, to: "code/warder.toml") }

    private func code(_ body: () throws -> Void) -> SettingsError.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? SettingsError)?.code }
    }

    @Test func `is inert until it is allowed, and again when it changes`() throws {
        #expect(try !trust.isAllowed(project))
        let error = try #require(throws: SettingsError.self) { try load() }
        #expect(error.code == .untrusted)
        #expect(error.description == "\(project): this project file is not allowed")
        #expect(error.hint?.contains("`warder allow`") == true)
        try write("[profile.dev]\nA = 'x'")
        let summary = try trust.allow(project)
        #expect(try trust.isAllowed(project))
        #expect(summary.file == project)
        #expect(try load().profiles.keys.sorted() == ["dev"])
        try write("[profile.dev]\nA = 'y'")
        #expect(try !trust.isAllowed(project))
        let changed = try #require(throws: SettingsError.self) { try load() }
        #expect(changed.code == .untrusted)
        #expect(changed.description.contains("was changed since"))
        try write("[profile.dev]\nA = 'x'")
        #expect(try load().profiles.count == 1)
        #expect(try trust.disallow(project))
        #expect(try !trust.disallow(project))
        #expect(code { _ = try load() } == .untrusted)
    }

    @Test func `is not parsed before it is allowed`() throws {
        try write("not TOML at all [[[")
        #expect(code { _ = try load() } == .untrusted)
        #expect(code { _ = try trust.allow(project) } == .invalid)
        #expect(try !trust.isAllowed(project))
    }

    @Test func `says what it would use, by name`() throws {
        let summary = try trust.allow(project)
        #expect(summary.profiles == ["ci", "dev"])
        #expect(summary.variables == ["A", "B", "C"])
        #expect(summary.secrets == ["x", "y"])
        #expect(summary.inherited == ["default"])
    }

    @Test func `allows no settings but profiles`() throws {
        for text in ["[vault]\nkey_file = '/k'", "[provider.p]\nbase_url = 'http://x'", "[history]\ndays = 1"] {
            try write(text)
            #expect(code { _ = try trust.allow(project) } == .invalid)
        }
    }

    @Test func `knows a project by its canonical path`() throws {
        unsafe symlink("code", "\(directory.path)/link")
        _ = try trust.allow("\(directory.path)/link/../link/./warder.toml")
        #expect(try trust.isAllowed(project))
        #expect(try directory.read("state/warder/allowed").hasSuffix(" \(project)\n"))
        let copy = try directory.write(String(decoding: try SettingsFile.read(project), as: UTF8.self), to: "copy/warder.toml")
        #expect(try !trust.isAllowed(copy))
    }

    @Test func `forgets a project that is gone`() throws {
        _ = try trust.allow(project)
        unsafe unlink(project)
        #expect(code { _ = try trust.isAllowed(project) } == .notFound)
        #expect(try trust.disallow(project))
        #expect(try directory.read("state/warder/allowed") == "")
    }

    @Test func `keeps one line a project, private to the user`() throws {
        let other = try directory.write("[profile.p]", to: "a b é/warder.toml")
        _ = try trust.allow(project)
        _ = try trust.allow(other)
        _ = try trust.allow(project)
        let lines = try directory.read("state/warder/allowed").split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines { #expect(line.prefixMatch(of: /[0-9a-f]{64} \//) != nil) }
        #expect(try trust.isAllowed(other))
        var info = stat()
        #expect(unsafe stat(trust.path, &info) == 0)
        #expect(info.st_mode & 0o777 == 0o600)
    }

    @Test func `refuses a path with a line end`() throws {
        let odd = try directory.write("[profile.p]", to: "a\nb/warder.toml")
        #expect(code { _ = try trust.allow(odd) } == .invalid)
    }

    @Test func `refuses what is no regular file, without waiting`() throws {
        unsafe unlink(project)
        unsafe mkfifo(project, 0o666)
        #expect(code { _ = try load() } == .unsafeFile)
        #expect(code { _ = try trust.allow(project) } == .unsafeFile)
        unsafe unlink(project)
        unsafe mkdir(project, 0o755)
        #expect(code { _ = try trust.isAllowed(project) } == .unsafeFile)
        unsafe rmdir(project)
        try write(String(repeating: "#", count: 1 << 20))
        #expect(code { _ = try trust.allow(project) } == nil)
        try write(String(repeating: "#", count: 1 << 20 | 1))
        #expect(code { _ = try trust.allow(project) } == .unsafeFile)
        unsafe unlink(project)
        #expect(code { _ = try trust.allow(project) } == .notFound)
    }

    @Test func `takes any owner and mode of the project's file, but not of its own list`() throws {
        unsafe chmod(project, 0o666)
        _ = try trust.allow(project)
        #expect(code { _ = try trust.isAllowed(project) } == nil)
        unsafe chmod(trust.path, 0o666)
        #expect(code { _ = try trust.isAllowed(project) } == .unsafeFile)
        #expect(code { _ = try load() } == .unsafeFile)
        #expect(code { _ = try trust.allow(project) } == .unsafeFile)
    }

    @Test(arguments: [
        "short /x\n", String(repeating: "g", count: 64) + " /x\n", String(repeating: "a", count: 64) + " x\n",
        String(repeating: "a", count: 64) + "/x\n",
    ])
    func `refuses a damaged list`(text: String) throws {
        try directory.write("\n" + text, to: "state/warder/allowed")
        let error = try #require(throws: SettingsError.self) { try trust.isAllowed(project) }
        #expect(error.code == .invalid)
        #expect(error.description.hasSuffix("allowed: line 2: is not a hash and a path"))
    }
}
