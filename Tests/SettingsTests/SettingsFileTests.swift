import Glibc
import Testing

@testable import Settings

@Suite struct SettingsFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func setKeyFile(_ value: String, _ path: String) throws(SettingsError) {
        try SettingsFile.update(path) { text throws(SettingsError) in
            try SettingsEditor.set(table: ["vault"], key: "key_file", value: value, in: text, file: path)
        }
    }

    @Test func `makes the file and its directory, private`() throws {
        let path = "\(directory.path)/a/b/warder.toml"
        try setKeyFile("/k", path)
        #expect(try directory.read("a/b/warder.toml") == "[vault]\nkey_file = \"/k\"\n")
        for (path, mode) in [(path, 0o600), ("\(directory.path)/a/b", 0o700), ("\(directory.path)/a", 0o700)] as [(String, mode_t)] {
            var info = stat()
            #expect(unsafe stat(path, &info) == 0)
            #expect(info.st_mode & 0o777 == mode)
        }
        try setKeyFile("/l", path)
        #expect(try directory.read("a/b/warder.toml") == "[vault]\nkey_file = \"/l\"\n")
    }

    @Test func `leaves the file alone when the edit fails or changes nothing`() throws {
        let path = try directory.write("vault = 1\n", to: "warder.toml")
        let error = try #require(throws: SettingsError.self) { try setKeyFile("/k", path) }
        #expect(error.description.hasPrefix("\(path): line 1: \"vault\" stands where"))
        #expect(try directory.read("warder.toml") == "vault = 1\n")
        try SettingsFile.update(path) { $0 }
        var info = stat()
        #expect(unsafe stat(path, &info) == 0)
        #expect(info.st_mode & 0o777 == 0o644)
    }

    @Test func `refuses a file that is not safe, or not text`() throws {
        let open = try directory.write("", to: "open.toml", mode: 0o666)
        #expect(try #require(throws: SettingsError.self) { try setKeyFile("/k", open) }.code == .unsafeFile)
        unsafe symlink("open.toml", "\(directory.path)/link.toml")
        #expect(try #require(throws: SettingsError.self) { try setKeyFile("/k", "\(directory.path)/link.toml") }.code == .unsafeFile)
        #expect(try #require(throws: SettingsError.self) { try setKeyFile("/k", "\(open)/x/y") }.code == .io)
        let bytes = "\(directory.path)/bytes.toml"
        let number = unsafe Glibc.open(bytes, O_WRONLY | O_CREAT, 0o600)
        #expect(unsafe write(number, [0x23, 0xFF] as [UInt8], 2) == 2)
        close(number)
        #expect(try #require(throws: SettingsError.self) { try setKeyFile("/k", bytes) }.code == .invalid)
        #expect(
            try #require(throws: SettingsError.self) { try WarderSettings.load(file: bytes) }.description.hasSuffix(
                "not valid TOML: it is not UTF-8"))
    }

    @Test func `loses no change when many write at once`() async throws {
        let path = "\(directory.path)/warder.toml"
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try SettingsFile.update(path) { text throws(SettingsError) in
                        try SettingsEditor.set(table: ["profile", "p"], key: "K\(number)", value: "v", in: text)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try WarderSettings.load(file: path).profiles["p"]?.entries.count == 8)
    }
}
