import Exporter
import Foundation
import PrivateFiles
import Profiles
import SodiumCrypto
import Testing

@testable import Exporter

extension Inside {
    /// The user's service manager.
    struct UserTests {
        private let user = Machine.user

        private func startManager() throws {
            try #require(try Machine.run("systemctl", "start", "user@0.service").status == 0, "the user's manager does not start")
        }

        @Test func `a user's service has exactly the values of an environment file`() throws {
            try startManager()
            let service = try Service.idle("mine", systemd: user)
            let path = "/root/.local/state/warder/mine.env"
            let variables = try difficultValues.indices.map { try variable("V\($0)", difficultValues[$0]) }
            try Machine.write(Export.render(variables, as: SystemdEnvironmentFile.self), to: path)
            try service.add(DropIn.environmentFile(path))
            try service.start()
            let found = try service.environment()
            let isExact = variables.allSatisfy { found[$0.name] == $0.value.reveal() }
            #expect(isExact)
            #expect(try user.proof(of: service.name, .dropIn, variables) == .holds)
            try Machine.write("V0=next\n", to: path)
            #expect(try user.proof(of: service.name, .dropIn, [variable("V0", "next")]) == .differs(["V0"]))
            #expect(try user.perform(.restart, service.name))
            #expect(try user.proof(of: service.name, .dropIn, [variable("V0", "next")]) == .holds)
            // The same name among the system's units is another unit.
            #expect(try Machine.system.state(of: service.name).isUnknown)
        }

        @Test func `a user's encrypted credentials work exactly where they are said to`() throws {
            let abilities = try user.abilities()
            let value = try variable("key", "value")
            let path = "/var/lib/warder-test/user-key.cred"
            guard abilities.sealsCredentials else {
                let error = exportError { () throws(ExportError) in try user.seal(value.value, as: "key") }
                #expect(error?.exitCode == 20 && error?.hint != nil)
                // The directive is taken, so it does not tell. What was sealed for the machine opens for root's manager, which can read the
                // machine's key, but for no other user's.
                try #require(try Machine.run("useradd", "--create-home", "--uid", "7000", "tester").status == 0)
                try #require(try Machine.run("systemctl", "start", "user@7000.service").status == 0)
                try Machine.write(Machine.system.seal(value.value, as: "key"), to: path)
                try Machine.run("chmod", "-R", "a+rX", "/var/lib/warder-test", path)
                try Machine.write(
                    "[Service]\nType=exec\nExecStart=/bin/sleep 10000\nLoadCredentialEncrypted=key:\(path)\n",
                    to: "/home/tester/.config/systemd/user/sealed.service")
                let command =
                    "systemctl --user daemon-reload; systemctl --user start sealed; systemctl --user show -P ExecMainStatus sealed"
                let status = try Machine.run(
                    "setpriv", "--reuid=7000", "--regid=7000", "--clear-groups", "sh", "-c", command, runtime: "/run/user/7000"
                ).output
                let isRefused = String(decoding: status, as: UTF8.self) == "243\n"
                print("MEASURED: a user's unit \(isRefused ? "does not load" : "loads") what systemd-creds has encrypted for the machine")
                #expect(isRefused)
                return
            }
            try startManager()
            let service = try Service("mine-sealed", "Type=exec", "ExecStart=/bin/sleep 10000", systemd: user)
            try Machine.write(user.seal(value.value, as: "key"), to: path)
            try service.add(DropIn.credentials([("key", path)], isRefreshing: false))
            try service.start()
            #expect(try user.proof(of: service.name, .credential, [value]) == .holds)
        }

        @Test func `a user's plain credentials are found where they are`() throws {
            try startManager()
            try Machine.write("value", to: "/root/.local/state/warder/plain")
            let service = try Service(
                "mine-plain", "Type=exec", "ExecStart=/bin/sleep 10000", "LoadCredential=key:/root/.local/state/warder/plain", systemd: user
            )
            try user.reloadUnits()
            try service.start()
            #expect(try user.proof(of: service.name, .credential, [variable("key", "value")]) == .holds)
            #expect(try user.proof(of: service.name, .credential, [variable("key", "other")]) == .differs(["key"]))
        }

        @Test func `a user's manager is found without XDG_RUNTIME_DIR, and missed in a wrong one`() throws {
            try startManager()
            try Systemd(scope: .user, configuration: "/root/.config", environment: [:]).reloadUnits()
            let wrong = Systemd(scope: .user, configuration: "/root/.config", environment: ["XDG_RUNTIME_DIR": "/run/nowhere"])
            let error = exportError { () throws(ExportError) in try wrong.reloadUnits() }
            #expect(error?.exitCode == 20 && error?.description.contains("user's service manager") == true)
        }
    }
}
