import Glibc
import Testing

@testable import Settings

@Suite struct UserDirectoriesTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `follows the XDG variables where they are absolute`() throws {
        let all = try UserDirectories(
            environment: ["HOME": "/h/", "XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/s/"], userID: 1)
        #expect(all.settingsPath == "/c/warder/warder.toml")
        #expect(all.vaultPath == "/d/warder/vault.db")
        #expect(all.anchorDirectory == "/s/warder/anchor")
        #expect(all.allowedProjectsPath == "/s/warder/allowed")
        let none = try UserDirectories(environment: ["HOME": "/h", "XDG_CONFIG_HOME": "c", "XDG_DATA_HOME": ""], userID: 1)
        #expect(none.settingsPath == "/h/.config/warder/warder.toml")
        #expect(none.vaultPath == "/h/.local/share/warder/vault.db")
        #expect(none.allowedProjectsPath == "/h/.local/state/warder/allowed")
    }

    @Test func `expands the home directory and nothing else`() throws {
        let user = try UserDirectories(environment: ["HOME": "/h"], userID: 1)
        #expect(user.expand("~/x") == "/h/x")
        #expect(user.expand("~") == "/h")
        #expect(user.expand("~x/y") == "~x/y")
        #expect(user.expand("/a/~/b") == "/a/~/b")
        #expect(try UserDirectories(environment: ["HOME": "/"], userID: 1).expand("~/x") == "/x")
    }

    @Test func `finds the home directory in the file of users`() throws {
        let passwd = try directory.write(
            "root:x:0:0:root:/root:/bin/sh\nbad line\nme:x:42:42:M,e:/home/me:/bin/sh\nodd:x:7:7::relative:\n", to: "passwd")
        #expect(try UserDirectories(environment: [:], userID: 42, passwd: passwd).home == "/home/me")
        #expect(try UserDirectories(environment: ["HOME": "relative"], userID: 0, passwd: passwd).home == "/root")
        for user: UInt32 in [7, 1000] {
            let error = try #require(throws: SettingsError.self) { try UserDirectories(environment: [:], userID: user, passwd: passwd) }
            #expect(error.code == .notFound)
        }
        #expect(throws: SettingsError.self) { try UserDirectories(environment: [:], userID: 0, passwd: passwd + "x") }
        #expect(try UserDirectories(environment: [:], userID: 0).home == "/root")
    }
}
