import Exporter
import Foundation
import PrivateFiles
import Profiles
import SodiumCrypto
import Testing

@testable import Exporter

extension Inside {
    /// Services that get encrypted credentials.
    struct CredentialTests {
        private let directory = "/var/lib/warder-test/credentials"

        /// Seals values into files; gives back the drop-in for them.
        private func seal(_ variables: [EnvironmentVariable], _ label: String) throws -> [UInt8] {
            var files: [(id: String, path: String)] = []
            for variable in variables {
                let path = "\(directory)/\(label)-\(variable.name).cred"
                try Machine.write(Machine.system.seal(variable.value, as: variable.name), to: path)
                files.append((variable.name, path))
            }
            return try DropIn.credentials(files, isRefreshing: false)
        }

        private func values(_ shift: Int) throws -> [EnvironmentVariable] {
            let bytes: [[UInt8]] = difficultValues + [[0], [0, 10, 0], [0xFF, 0xFE, 0x80], [10], Array(0...255)]
            return try bytes.indices.map { try variable("c.\($0)-x_Y", bytes[($0 + shift) % bytes.count]) }
        }

        @Test func `a service reads exactly the values, NUL included, and after a restart the new ones`() throws {
            #expect(try Machine.system.abilities().sealsCredentials)
            let service = try Service(
                "credentials", "DynamicUser=yes", "RuntimeDirectory=credentials-copy", "RuntimeDirectoryPreserve=yes",
                "WorkingDirectory=/run/credentials-copy",
                "ExecStart=/bin/sh -c 'rm -f ./*; cp $CREDENTIALS_DIRECTORY/* .; echo $INVOCATION_ID >done; exec sleep 10000'"
            )
            for shift in [0, 5] {
                let variables = try values(shift)
                try service.add(seal(variables, "cycle"))
                if shift == 0 { try service.start() } else { try #require(try Machine.system.perform(.restart, service.name)) }
                #expect(try Machine.system.proof(of: service.name, .credential, variables) == .holds)
                _ = try service.wait { state in
                    state.invocation.map { Machine.read("/run/credentials-copy/done") == Array("\($0)\n".utf8) } ?? false
                }
                let isExact = variables.allSatisfy { Machine.read("/run/credentials-copy/\($0.name)") == $0.value.reveal() }
                #expect(isExact, "what the service has read")
                let others = try values(shift + 1).filter { $0.name != "c.0-x_Y" || shift != 0 }
                let proof = try Machine.system.proof(of: service.name, .credential, others)
                #expect(proof == .differs(others.map(\.name)))
            }
        }

        @Test func `the proof holds after each of many restarts, also for a unit named by its alias`() throws {
            let service = try Service.idle("often")
            try service.add(seal([variable("key", "0")], "often"))
            try Machine.run("ln", "-sf", "/etc/systemd/system/often.service", "/etc/systemd/system/often-alias.service")
            try Machine.system.reloadUnits()
            try service.start()
            let alias = try UnitName("often-alias.service")
            for round in 1...15 {
                let value = try variable("key", "\(round)")
                _ = try seal([value], "often")
                #expect(try Machine.system.perform(.restart, service.name))
                #expect(try Machine.system.proof(of: round % 2 == 0 ? alias : service.name, .credential, [value]) == .holds)
            }
            let other = try [variable("key", "other"), variable("absent", "")]
            #expect(try Machine.system.proof(of: service.name, .credential, other) == .differs(["key", "absent"]))
        }

        @Test func `what is sealed can be loaded, up to the limit of the installed systemd, and no more is sealed`() throws {
            var largest = 0
            for count in [1, 65_536, 500_000, 870_000, 900_000, 1_048_571, 1_048_572] {
                let value = try variable("size", [UInt8](repeating: 0x5A, count: count))
                do throws(ExportError) {
                    _ = try Machine.system.seal(value.value, as: "size")
                } catch {
                    #expect(error.code == .unrepresentable && error.exitCode == 26)
                    #expect(count > 870_000)
                    continue
                }
                let service = try Service.idle("size-\(count)")
                try service.add(seal([value], "size-\(count)"))
                try service.start()
                #expect(try Machine.system.proof(of: service.name, .credential, [value]) == .holds)
                largest = count
            }
            print("MEASURED: the largest of the credentials tried that is sealed and loaded has \(largest) bytes")
            #expect(largest >= 870_000 && largest < 1_048_573)
        }

        @Test(arguments: [(0, true), (1, false)])
        func `names and values of a unit's credentials have one MiB together`(_ excess: Int, _ isEnough: Bool) throws {
            let half = (1 << 20) / 2 - 3
            let variables = try [
                variable("one", [UInt8](repeating: 1, count: half)), variable("two", [UInt8](repeating: 2, count: half + excess)),
            ]
            let total = variables.reduce(0) { $0 + $1.name.utf8.count + $1.value.count }
            #expect((total <= Systemd.maximumCredentials) == isEnough)
            let service = try Service("sum-\(excess)", "Type=oneshot", "RemainAfterExit=yes", "ExecStart=/bin/true")
            try service.add(seal(variables, "sum-\(excess)"))
            #expect(try service.control("start") == isEnough)
            if !isEnough { #expect(try Machine.system.state(of: service.name).failure == "systemd could not give it its credentials") }
        }

        @Test func `a credential under another name, changed or missing keeps the service from starting`() throws {
            let value = try variable("right", "value")
            let right = try Machine.system.seal(value.value, as: "right")
            var changed = right
            changed[changed.count / 2] ^= 1
            for (label, name, content) in [("other", "wrong", right), ("changed", "right", changed), ("gone", "right", nil)] {
                let path = "\(directory)/refused-\(label).cred"
                if let content { try Machine.write(content, to: path) }
                let service = try Service("refused-\(label)", "Type=exec", "ExecStart=/bin/sleep 10000")
                try service.add(DropIn.credentials([(name, path)], isRefreshing: false))
                #expect(try !service.control("start"))
                let state = try Machine.system.state(of: service.name)
                #expect(state.hasFailed && state.failure == "systemd could not give it its credentials")
            }
            let isHidden = String(decoding: right, as: UTF8.self).contains("value") == false
            #expect(isHidden)
        }

        @Test func `no value is ever among the arguments of a program`() throws {
            // systemd's own record of the processes that ran is not kept; the programs are watched while they run.
            let canary = "canary-\(UUID().uuidString)"
            try Machine.write(
                """
                #!/bin/sh
                cat /proc/$$/cmdline /proc/$$/environ >>/run/seen
                exec /usr/bin/systemd-creds "$@"
                """, to: "/usr/local/bin/systemd-creds")
            try Machine.run("chmod", "755", "/usr/local/bin/systemd-creds")
            defer { try? FileManager.default.removeItem(atPath: "/usr/local/bin/systemd-creds") }
            _ = try Machine.system.seal(variable("key", canary).value, as: "key")
            let seen = String(decoding: Machine.read("/run/seen") ?? [], as: UTF8.self)
            #expect(seen.contains("encrypt") && seen.contains("decrypt"))
            let isAbsent = !seen.contains(canary)
            #expect(isAbsent)
        }
    }
}
