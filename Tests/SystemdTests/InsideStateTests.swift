import Exporter
import Foundation
import PrivateFiles
import Profiles
import SodiumCrypto
import Testing

@testable import Exporter

extension Inside {
    /// Units in every state, drop-ins that systemd does not take, and what it can do.
    struct StateTests {
        private let system = Machine.system

        @Test func `stopped, masked, failed, broken and unknown units are told apart, and none is started`() throws {
            let stopped = try Service.idle("is-stopped")
            let masked = try Service.idle("is-masked")
            let failed = try Service("is-failed", "ExecStart=/bin/false")
            let broken = try Service("is-broken", "Type=simple")
            try system.reloadUnits()
            try Machine.run("rm", "/etc/systemd/system/is-masked.service")
            #expect(try masked.control("mask"))
            try failed.control("start")
            _ = try failed.wait(\.hasFailed)
            for (service, isMasked, hasFailed, isBroken) in [
                (stopped, false, false, false), (masked, true, false, false), (failed, false, true, false), (broken, false, false, true),
            ] {
                _ = try system.perform(.restart, service.name)
                let state = try system.state(of: service.name)
                #expect(!state.isActive && !state.isUnknown && state.mainProcess == nil, "\(service.name)")
                #expect([state.isMasked, state.hasFailed, state.isBroken] == [isMasked, hasFailed, isBroken], "\(service.name)")
                #expect(try system.proof(of: service.name, .dropIn, [variable("K", "v")]) == .notRunning(state))
                try system.demand(service.name)
            }
            #expect(try system.state(of: failed.name).failure == "its program ended with status 1")
            let unknown = try UnitName("is-unknown.service")
            #expect(try system.state(of: unknown).isUnknown)
            #expect(exportError { () throws(ExportError) in try system.demand(unknown) }?.exitCode == 22)
            #expect(try !system.perform(.restart, unknown))
        }

        @Test func `a service that ends again and again is seen, with the reason`() throws {
            let service = try Service("is-looping", "Restart=always", "RestartSec=60", "ExecStart=/bin/sh -c 'exit 7'")
            try system.reloadUnits()
            try service.control("start")
            let state = try service.wait(\.isWaitingForRestart)
            #expect(state.isActive && state.failure == "its program ended with status 7")
            guard case .notRunning(let seen) = try system.proof(of: service.name, .dropIn, [variable("K", "v")]) else {
                Issue.record("it does not run")
                return
            }
            #expect(seen.isWaitingForRestart)
        }

        @Test(arguments: [
            ("program", "ExecStart=/nowhere/program", "its program cannot be executed, or its environment is too large"),
            ("signal", "ExecStart=/bin/sh -c 'kill -9 $$$$'", "its program was ended by signal 9"),
            ("user", "User=nobody-here\nExecStart=/bin/true", "systemd could not prepare its process, status 217"),
            ("timeout", "TimeoutStartSec=1\nExecStart=/bin/sleep 10000", "it took too long"),
            ("protocol", "ExecStart=/bin/true", "it did not say that it is ready"),
        ])
        func `why a service failed is said in words`(_ name: String, _ lines: String, _ reason: String) throws {
            let service = try Service("fails-\(name)", "Type=notify", lines)
            try system.reloadUnits()
            #expect(try !service.control("start"))
            let state = try system.state(of: service.name)
            #expect(state.hasFailed && state.failure == reason, "\(state.failure)")
        }

        @Test func `a oneshot has no process, but its credentials are proven as long as they are there`() throws {
            let value = try variable("key", "value")
            try Machine.write(system.seal(value.value, as: "key"), to: "/var/lib/warder-test/oneshot.cred")
            let stays = try Service("oneshot-stays", "Type=oneshot", "RemainAfterExit=yes", "ExecStart=/bin/true")
            let ends = try Service("oneshot-ends", "Type=oneshot", "ExecStart=/bin/true")
            for service in [stays, ends] {
                try service.add(DropIn.credentials([("key", "/var/lib/warder-test/oneshot.cred")], isRefreshing: false))
                try service.start()
            }
            let state = try system.state(of: stays.name)
            let areThere = Machine.read("/run/credentials/\(stays.name)/key") != nil
            print("MEASURED: credentials of an active oneshot without a process are \(areThere ? "there" : "gone")")
            #expect(try system.proof(of: stays.name, .credential, [value]) == (areThere ? .holds : .notRunning(state)))
            let other = try system.proof(of: stays.name, .credential, [variable("key", "other")])
            #expect(other == (areThere ? .differs(["key"]) : .notRunning(state)))
            #expect(try system.proof(of: stays.name, .dropIn, [value]) == .notRunning(state) && state.isActive)
            let ended = try system.state(of: ends.name)
            #expect(try system.proof(of: ends.name, .credential, [value]) == .notRunning(ended) && !ended.isActive && !ended.hasFailed)
        }

        @Test func `a drop-in of a template reaches its instances`() throws {
            let template = try UnitName("tpl@.service")
            try Machine.write("[Service]\nExecStart=/bin/sleep 10000\n", to: "/etc/systemd/system/tpl@.service")
            try Machine.write("K=v\n", to: "/var/lib/warder-test/template.env")
            try Machine.write(
                DropIn.environmentFile("/var/lib/warder-test/template.env"), to: "\(system.dropInDirectory(of: template))/50-warder.conf")
            try system.reloadUnits()
            let instance = try UnitName("tpl@one.service")
            #expect(try Machine.run("systemctl", "start", instance.description).status == 0)
            #expect(try system.proof(of: instance, .dropIn, [variable("K", "v")]) == .holds)
            try system.demand(template)
            #expect(exportError { () throws(ExportError) in try system.state(of: template) }?.exitCode == 2)
            let other = try UnitName("no-tpl@.service")
            #expect(exportError { () throws(ExportError) in try system.demand(other) }?.exitCode == 22)
        }

        @Test func `checks see the drop-in alone, whatever else is wrong on the machine`() throws {
            try Machine.write("[Service]\nNoSuchSetting=1\n", to: "/etc/systemd/system/service.d/99-wrong.conf")
            try Machine.write("[Unit]\nRequires=nothing-there.service\nBad\n", to: "/etc/systemd/system/trial.service")
            defer { try? FileManager.default.removeItem(atPath: "/etc/systemd/system/service.d") }
            for systemd in [Machine.system, Machine.user] {
                try systemd.check(DropIn.environmentFile("/etc/x.env"))
                try systemd.check(DropIn.credentials([("a", "/etc/a.cred"), ("b", "/etc/b%.cred")], isRefreshing: false))
            }
        }

        @Test func `what systemd can do is found as its own code has it`() throws {
            // The names of the settings stand in the manager or its libraries.
            let found = try Machine.run(
                "sh", "-c",
                "cat /lib/systemd/systemd /usr/lib/systemd/libsystemd-core*.so /usr/lib/*/systemd/libsystemd-core*.so 2>/dev/null")
            let code = Data(found.output)
            func isThere(_ text: String) -> Bool { code.range(of: Data(text.utf8)) != nil }
            #expect(isThere("EnvironmentFile"))
            let abilities = try system.abilities()
            #expect(abilities.sealsCredentials == isThere("LoadCredentialEncrypted"))
            #expect(abilities.refreshesCredentials == isThere("RefreshOnReload"))
            print("MEASURED: \(abilities)")
            let dropIn = Array("[Service]\nImportCredential=a.*\n".utf8)
            #expect(try (system.complaint(about: dropIn) == nil) == isThere("ImportCredential"))
        }

        @Test func `a program of systemd that is not here is named`() throws {
            let unit = try UnitName("systemd-journald.service")
            let value = try SecretValue(copying: [1])
            for program in ["systemctl", "systemd-analyze", "systemd-creds"] {
                try Machine.run("mv", "/usr/bin/\(program)", "/usr/bin/\(program).away")
                defer { _ = try? Machine.run("mv", "/usr/bin/\(program).away", "/usr/bin/\(program)") }
                let error = exportError { () throws(ExportError) in
                    try system.check(DropIn.environmentFile("/x"))
                    _ = try system.state(of: unit)
                    _ = try system.seal(value, as: "x")
                }
                #expect(error?.exitCode == 20 && error?.hint != nil && error?.description == "there is no \(program) here")
                if program == "systemd-creds" { #expect(try !system.abilities().sealsCredentials) }
            }
        }

        @Test func `looking at what systemd can do makes no key`() throws {
            try Machine.run("rm", "-f", "/var/lib/systemd/credential.secret")
            _ = try system.abilities()
            _ = try Machine.user.abilities()
            #expect(!FileManager.default.fileExists(atPath: "/var/lib/systemd/credential.secret"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: "/tmp").allSatisfy { !$0.hasPrefix("warder-trial") })
        }
    }
}
