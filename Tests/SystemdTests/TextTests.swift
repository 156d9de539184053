import Exporter
import PrivateFiles
import Profiles
import SodiumCrypto
import Testing

@testable import Exporter

/// Names, drop-ins, states and environments as texts: no systemd is needed.
struct TextTests {
    @Test(arguments: [
        "a.service", "a-b_c:d.e.service", "a\\x2db.service", "a@.service", "a@b.service", "a@b@c.service", "-.service", "1.service",
        String(repeating: "a", count: 247) + ".service",
    ])
    func `a unit's name is taken as it is`(_ text: String) throws {
        #expect(try UnitName(text).description == text)
    }

    @Test(arguments: [
        "", "a", ".service", "@.service", "@a.service", "a/b.service", "/etc/a.service", "../a.service", "a b.service", "a\n.service",
        "a\0.service", "é.service", "a*.service", "a%n.service", "a.socket", "a.timer", "a.service.d", "a.service ", "a.Service",
        String(repeating: "a", count: 248) + ".service",
    ])
    func `what is no service's name is refused, and not repeated`(_ text: String) {
        let error = exportError { () throws(ExportError) in try UnitName(text) }
        #expect(error?.exitCode == 2)
        #expect(text.count < 2 || error?.description.contains(text) == false)
    }

    @Test func `a template is told from an instance`() throws {
        #expect(try UnitName("a@.service").isTemplate)
        for text in ["a.service", "a@b.service", "a@b@.service"] { #expect(try !UnitName(text).isTemplate) }
    }

    @Test func `a drop-in names the file, is not optional and doubles the percent sign`() throws {
        let text = String(decoding: try DropIn.environmentFile("/a b/%n/it's.env"), as: UTF8.self)
        #expect(text.hasSuffix("\n[Service]\nEnvironmentFile=/a b/%%n/it's.env\n"))
        let sealed = String(
            decoding: try DropIn.credentials([("a.b-c_D", "/x:y/%"), ("e", "/z")], isRefreshing: true), as: UTF8.self)
        #expect(
            sealed.hasSuffix(
                "[Service]\nLoadCredentialEncrypted=a.b-c_D:/x:y/%%\nLoadCredentialEncrypted=e:/z\nRefreshOnReload=credentials\n"))
        #expect(try !String(decoding: DropIn.credentials([("e", "/z")], isRefreshing: false), as: UTF8.self).contains("Refresh"))
    }

    @Test func `a drop-in for the daemon's socket names it and no value, and looks at each file`() throws {
        let text = String(decoding: try DropIn.socket(["A_KEY", "b.c-d"], .system, isRefreshing: true), as: UTF8.self)
        #expect(
            text == """
                # Written by warder; `warder apply` replaces it.
                [Unit]
                Wants=warder-credentials.socket
                After=warder-credentials.socket
                [Service]
                LoadCredential=A_KEY:/run/warder/credentials.sock
                LoadCredential=b.c-d:/run/warder/credentials.sock
                ExecStartPre=/bin/sh -c 'for file do [ -s "$$file" ] || { echo "warder: no credential $${file##*/}" >&2; exit 1; }; done' \
                sh %d/A_KEY %d/b.c-d
                RefreshOnReload=credentials

                """)
        let own = String(decoding: try DropIn.socket(["K"], .user, isRefreshing: false), as: UTF8.self)
        #expect(own.contains("\nLoadCredential=K:%t/warder/credentials.sock\n") && !own.contains("Refresh"))
        for name in ["", "..", "a:b", "a b", "a\nb", "%n", "$x", "a'b"] {
            #expect(exportError { () throws(ExportError) in try DropIn.socket([name], .system, isRefreshing: false) }?.exitCode == 2)
        }
    }

    @Test func `a credential that a unit cannot load from the socket, or not tell from none, is refused by name`() throws {
        let unit = try UnitName("unit.service")
        func check(_ variables: [EnvironmentVariable]) throws(ExportError) { try CredentialSocket.check(variables, for: unit) }
        let longest = String(repeating: "N", count: CredentialSocket.maximumNames - unit.description.utf8.count)
        try check([variable("K", [0]), variable(longest, [1]), variable("L", [UInt8](repeating: 1, count: 1_000_000))])
        for (name, variables) in try [
            ("EMPTY", [variable("K", [1]), variable("EMPTY", [])]), (longest + "N", [variable(longest + "N", [1])]),
            ("L", [variable("K", [1]), variable("L", [UInt8](repeating: 1, count: 1 << 20))]),
        ] {
            let error = exportError { () throws(ExportError) in try check(variables) }
            #expect(error?.exitCode == 26 && error?.description.hasPrefix("\(name): ") == true)
        }
        // Which unit it will be is not always known.
        try CredentialSocket.check([variable(longest + "N", [1])], for: nil)
    }

    @Test(arguments: [
        "", "relative", "-/optional", "/", "/a/", "/a//b", "/a/./b", "/a/../b", "/..", "/a\nEnvironment=X=y", "/a\r", "/a\tb", "/a\0b",
        "/a\\", "/a\\x20b", "/a*", "/a?", "/[ab]", "/a ", "/a\u{85}b", String(decoding: [0x2F, 0xEF, 0xB7, 0x90], as: UTF8.self),
        "/" + String(repeating: "a", count: 4095),
    ])
    func `a path that systemd would read as something else is refused`(_ path: String) {
        for error in [
            exportError { () throws(ExportError) in try DropIn.environmentFile(path) },
            exportError { () throws(ExportError) in try DropIn.credentials([("a", path)], isRefreshing: false) },
        ] {
            #expect(error?.exitCode == 21)
            #expect(error?.description.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } == true)
        }
    }

    @Test(arguments: ["/a b", "/it's", "/\"a\""])
    func `a path of a credential has no blanks and quotes`(_ path: String) throws {
        #expect(exportError { () throws(ExportError) in try DropIn.credentials([("a", path)], isRefreshing: false) }?.exitCode == 21)
        #expect(try String(decoding: DropIn.environmentFile(path), as: UTF8.self).hasSuffix("=\(path)\n"))
    }

    @Test(arguments: ["", ".", "..", "a/b", "a:b", "a b", "a\n", "é", "a%", String(repeating: "a", count: 256)])
    func `a credential's name is a plain file name`(_ name: String) throws {
        let value = try SecretValue(copying: [1])
        let systemd = Systemd(scope: .system, configuration: "/nowhere", environment: [:])
        for error in [
            exportError { () throws(ExportError) in try DropIn.credentials([(name, "/a")], isRefreshing: false) },
            exportError { () throws(ExportError) in try systemd.seal(value, as: name) },
        ] {
            #expect(error?.exitCode == 2)
        }
    }

    @Test func `a credential twice, and one larger than systemd takes, are refused`() throws {
        let twice = exportError { () throws(ExportError) in try DropIn.credentials([("a", "/a"), ("a", "/b")], isRefreshing: false) }
        #expect(twice?.exitCode == 2)
        let value = try SecretValue(copying: [UInt8](repeating: 0, count: 1 << 20))
        let systemd = Systemd(scope: .system, configuration: "/nowhere", environment: [:])
        #expect(exportError { () throws(ExportError) in try systemd.seal(value, as: "a") }?.exitCode == 26)
    }

    @Test func `directories are those of the scope`() throws {
        let unit = try UnitName("a@b.service")
        let system = Systemd(scope: .system, configuration: "/home/me/.config", environment: ["XDG_RUNTIME_DIR": "/run/user/1"])
        #expect(system.dropInDirectory(of: unit) == "/etc/systemd/system/a@b.service.d")
        #expect(system.credentialsDirectory(of: "a@b.service") == "/run/credentials/a@b.service")
        let user = Systemd(scope: .user, configuration: "/home/me/.config", environment: ["XDG_RUNTIME_DIR": "/run/user/1"])
        #expect(user.dropInDirectory(of: unit) == "/home/me/.config/systemd/user/a@b.service.d")
        #expect(user.credentialsDirectory(of: "a@b.service") == "/run/user/1/credentials/a@b.service")
    }

    @Test func `what systemctl shows is read by name, and anything else is no state`() throws {
        let state = try #require(
            UnitState(shown: Array("Id=a.service\nLoadState=loaded\nActiveState=active\nMainPID=7\nInvocationID=\nResult=a=b\nx\n".utf8)))
        #expect(state.id == "a.service" && state.mainProcess == 7 && state.invocation == nil && state.result == "a=b" && state.isSettled)
        for text in ["", "ActiveState=active\n", "no manager", "\u{0}\u{FF}"] { #expect(UnitState(shown: Array(text.utf8)) == nil) }
        for (text, isMasked) in [
            ("LoadState=masked", true), ("LoadState=loaded\nUnitFileState=masked-runtime", true), ("LoadState=loaded", false),
        ] {
            #expect(UnitState(shown: Array("\(text)\nActiveState=inactive\n".utf8))?.isMasked == isMasked)
        }
    }

    private func environment(_ text: String) throws -> ProcessEnvironment {
        ProcessEnvironment(try SecretValue(copying: Array(text.utf8)))
    }

    @Test func `an environment is compared entry by entry, the first of two counts`() throws {
        let found = try environment("A=1\0AB=2\0B=\0C=x=y\0A=2\0")
        #expect(found.isIntact)
        for (name, value, isHeld) in [
            ("A", "1", true), ("A", "2", false), ("A", "", false), ("A", "11", false), ("AB", "2", true), ("B", "", true),
            ("B", "x", false),
            ("C", "x=y", true), ("C", "x", false), ("D", "", false), ("", "1", false),
        ] {
            let isSame = try found.holds(name, SecretValue(copying: Array(value.utf8))) == isHeld
            #expect(isSame, "\(name)")
        }
    }

    @Test(arguments: [
        "", "A=1", "\0", "A=1\0\0", "A=1\0\0B=2\0", "title\0A=1\0", "=1\0", "a title: b=c\0A=1\0", "A=1\0B", "worker process\0\0\0\0",
    ])
    func `an environment that was written over is seen`(_ text: String) throws {
        #expect(try !environment(text).isIntact)
    }
}

/// What needs systemd's programs, but no service manager.
struct TrialTests {
    private func systemd(_ scope: SystemdScope) -> Systemd { Systemd(scope: scope, configuration: "/nowhere", environment: [:]) }

    private func isHere() -> Bool {
        do throws(ExportError) {
            return try systemd(.system).complaint(about: Array("[Service]\n".utf8)) == nil
        } catch {
            print("SKIPPED: checks of drop-ins: \(error.description)")
            return false
        }
    }

    @Test(arguments: [SystemdScope.system, .user])
    func `the drop-ins that are written are taken`(_ scope: SystemdScope) throws {
        guard isHere() else { return }
        try systemd(scope).check(DropIn.environmentFile("/a b/it's \"100%\" $HOME #é;~{}.env"))
        try systemd(scope).check(DropIn.credentials([("a", "/a:b"), ("b", "/%n")], isRefreshing: false))
        try systemd(scope).check(DropIn.socket(["a", "b"], scope, isRefreshing: false))
    }

    @Test(arguments: [
        ("[Service]\nEnviromentFile=/x\n", "line 2, EnviromentFile=, which it does not know"),
        ("[Service]\n\nNoSuchSettingYet=1\n", "line 3, NoSuchSettingYet=, which it does not know"),
        ("[Sevice]\nEnvironmentFile=/x\n", "line 1, which it does not know"),
        ("[Service]\nEnvironmentFile=relative\n", "line 2, EnvironmentFile=, which it cannot read"),
        ("[Service]\nEnvironmentFile=/a/../b\n", "line 2, EnvironmentFile=, which it cannot read"),
        ("[Service]\nEnvironmentFile=/a%Z\n", "line 2, EnvironmentFile=, which it cannot read"),
        ("[Service]\nLoadCredentialEncrypted=a:\"/x\"\n", "line 2, LoadCredentialEncrypted=, which it cannot read"),
        ("[Service]\nEnvironment=\"canary\n", "line 2, Environment=, which it cannot read"),
        ("[Service\nEnvironmentFile=/x\n", "line 1, which it cannot read"),
        ("EnvironmentFile=/x\n", "line 1, EnvironmentFile=, which it cannot read"),
    ])
    func `a line that systemd would skip is refused, with its number and without its text`(_ text: String, _ reason: String) throws {
        guard isHere() else { return }
        for scope in [SystemdScope.system, .user] {
            let error = exportError { () throws(ExportError) in try systemd(scope).check(Array(text.utf8)) }
            #expect(error?.code == .systemd && error?.exitCode == 20)
            #expect(error?.description.hasSuffix(": \(reason)") == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("canary") == false)
        }
    }

    @Test func `without a service manager there is one clear error`() {
        let other = Systemd(scope: .user, configuration: "/nowhere", environment: ["XDG_RUNTIME_DIR": "/nowhere"])
        let error = exportError { () throws(ExportError) in try other.reloadUnits() }
        #expect(error?.code == .systemd && error?.exitCode == 20 && error?.hint != nil)
        #expect(error?.description.contains("\n") == false)
    }
}
