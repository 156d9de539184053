import Foundation
import Glibc
import Testing

@testable import Exporter

extension Inside {
    /// `warder apply` for units that load credentials from the daemon.
    struct ApplyTests {
        /// A home with a vault of its own.
        private struct Home {
            let path: String
            private static let program: String = {
                let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
                return URL(filePath: runner).deletingLastPathComponent().appending(path: "warder").path
            }()

            init(_ path: String) throws {
                self.path = path
                try Machine.write("", to: "\(path)/made")
                try Machine.run("chmod", "700", path)
                try #require(warder("init --key-file \(path)/key").status == 0)
            }

            func shell(_ script: String) throws -> (status: Int32, text: String) {
                let head = "export HOME=\(path) WARDER=\(Self.program); cd /root; exec 2>&1\n"
                let outcome = try Machine.run("sh", "-c", head + script)
                return (outcome.status, String(decoding: outcome.output, as: UTF8.self))
            }

            func warder(_ words: String) throws -> (status: Int32, text: String) { try shell("$WARDER \(words)") }

            func store(_ name: String, _ value: String) throws {
                try #require(shell("printf '\(value)' | $WARDER set --keep -q \(name)").status == 0)
            }

            func add(_ name: String, _ unit: String, _ words: String = "--scope system") throws {
                try #require(warder("consumer add \(name) --format systemd-credential-socket --unit \(unit) \(words)").status == 0)
            }
        }

        @Test func `a unit gets what the daemon has when the vault has it, and is left running until then`() async throws {
            let home = try Home("/root/apply-one")
            try home.store("A", "canary-first")
            try home.store("B", "canary-second")
            let service = try Service("apply-one", "Type=exec", "User=nobody", "ExecStart=/bin/sleep 10000")
            try service.systemd.reloadUnits()
            try service.start()
            let process = try service.mainProcess
            try home.add("one", "apply-one.service")
            let planned = try home.warder("apply --dry-run")
            #expect(planned.status == 0 && planned.text.contains("LoadCredential=A:/run/warder/credentials.sock"))
            #expect(planned.text.contains("would run systemctl try-restart apply-one.service") && !planned.text.contains("canary"))

            let absent = try home.warder("apply")
            #expect(absent.status == 1)
            #expect(
                absent.text.contains("one: no daemon listens on /run/warder/credentials.sock: apply-one.service cannot start without one\n")
            )
            let found = try home.warder("doctor --json")
            #expect(found.text.contains("\"consumer-unserved\"") && found.text.contains("/run/warder/credentials.sock"))
            let daemon = try await StandInDaemon()
            let locked = try home.warder("apply")
            #expect(
                locked.status == 1
                    && locked.text.contains("the daemon does not give apply-one.service A, B as the vault has it: is it locked?\n"))
            #expect(try service.mainProcess == process)

            try daemon.serve([service.name.description: ["A": Array("canary-first".utf8), "B": Array("canary-second".utf8)]])
            #expect(!(try home.warder("doctor --json")).text.contains("\"consumer-unserved\""))
            let applied = try home.warder("apply")
            #expect(applied.status == 0 && applied.text.contains("one: apply-one.service has the new values\n"))
            #expect(try service.mainProcess != process)
            #expect(try home.warder("apply").text == "1 consumer, nothing to do\n")
            #expect(try home.warder("apply --check").status == 0)

            // The daemon needs a moment for a new generation. The drop-in stays as it is.
            let dropIn = "/etc/systemd/system/apply-one.service.d/50-warder-one.conf"
            let before = try Machine.run("stat", "--format=%i %y", dropIn).output
            try home.store("A", "canary-third")
            let old = try home.warder("apply --check")
            #expect(old.status == 1 && old.text.contains("one: holds older values\n"))
            #expect(try home.warder("apply --dry-run").text.contains("try-restart apply-one.service"))
            let later = Task.detached {
                try await Task.sleep(for: .seconds(1))
                try daemon.serve([service.name.description: ["A": Array("canary-third".utf8), "B": Array("canary-second".utf8)]])
            }
            let renewed = try home.warder("apply")
            try await later.value
            #expect(renewed.status == 0 && renewed.text.contains("has the new values\n") && !renewed.text.contains("wrote"))
            let isNew = Machine.read("/run/credentials/apply-one.service/A") == Array("canary-third".utf8)
            #expect(isNew)
            #expect(try Machine.run("stat", "--format=%i %y", dropIn).output == before)

            let rows = try home.warder("where A").text.split(separator: "\n").map { $0.split(separator: " ") }
            #expect(rows.count == 2 && rows[1].prefix(3) == ["one", "A", "2"])
            let shown = try home.warder("consumer show one").text
            #expect(
                shown.contains("where      apply-one.service (system), from warderd when it starts\n")
                    && shown.contains("holds      A: A generation 2\n"))
            // No value is on a disk: in the drop-in, beside it, or where other formats have their files.
            let isOnDisk = try home.shell("grep -rl canary /etc/systemd/system /var/lib/warder /root/apply-one /var/tmp").text
            #expect(isOnDisk.isEmpty)

            #expect(try home.warder("consumer remove one --with-copy").status == 0)
            #expect(try home.shell("ls -d /etc/systemd/system/apply-one.service.d").status != 0)
            daemon.lock()
            #expect(try service.control("restart"), "it needs no credential any more")
            try service.control("stop")
            await daemon.stop()
        }

        @Test func `stopped units, templates and units that nobody restarts are told apart`() async throws {
            let home = try Home("/root/apply-two")
            try home.store("KEY", "one")
            let stopped = try Service("apply-stopped", "Type=exec", "ExecStart=/bin/sleep 10000")
            let kept = try Service("apply-kept", "Type=exec", "ExecStart=/bin/sleep 10000", "ExecReload=/bin/true")
            try Machine.write("[Service]\nType=exec\nExecStart=/bin/sleep 10000\n", to: "/etc/systemd/system/apply-many@.service")
            try kept.systemd.reloadUnits()
            try kept.start()
            try home.add("stopped", "apply-stopped.service")
            try home.add("many", "apply-many@.service")
            try home.add("kept", "apply-kept.service", "--scope system --on-change none")
            let daemon = try await StandInDaemon()
            func serve(_ text: String) throws {
                let value = ["KEY": Array(text.utf8)]
                try daemon.serve(["apply-stopped.service": value, "apply-many@.service": value, "apply-kept.service": value])
            }
            try serve("one")
            let applied = try home.warder("apply")
            #expect(applied.status == 1)
            for line in [
                "kept: apply-kept.service runs on with the earlier values until it is restarted\n",
                "many: instances of apply-many@.service take the new values when they start\n",
                "stopped: apply-stopped.service is not running: it takes the new values when it starts\n",
            ] {
                #expect(applied.text.contains(line), "\(line)")
            }
            for unit in ["apply-many@a.service", "apply-kept.service"] {
                #expect(try Machine.run("systemctl", "restart", unit).status == 0)
                let isExact = Machine.read("/run/credentials/\(unit)/KEY") == Array("one".utf8)
                #expect(isExact)
            }
            #expect(try home.warder("apply").status == 0, "what it has is seen")
            // A reload gives nothing new where systemd does not refresh credentials.
            try #require(home.shell("sed -i 's/on_change = \"none\"/on_change = \"reload\"/' $HOME/.config/warder/warder.toml").status == 0)
            try home.store("KEY", "two")
            try serve("two")
            let renewed = try home.warder("apply kept")
            #expect(renewed.status == 0 && renewed.text.contains("has the new values\n"))
            try Machine.run("sh", "-c", "systemctl stop apply-kept 'apply-many@*'")
            _ = stopped
            await daemon.stop()
        }

        @Test func `what a unit cannot get, or not tell from nothing, is refused before anything is written`() throws {
            let home = try Home("/root/apply-three")
            for name in ["apply-refused", "apply-own"] { _ = try Service(name, "Type=exec", "ExecStart=/bin/sleep 10000") }
            try Machine.run("ln", "-sf", "/etc/systemd/system/apply-own.service", "/etc/systemd/system/apply-alias.service")
            try Machine.system.reloadUnits()
            let long = String(repeating: "L", count: CredentialSocket.maximumNames - "apply-refused.service".utf8.count + 1)
            try home.store("GOOD", "value")
            try home.store("EMPTY", "")
            try home.store(long, "value")
            try #require(home.shell("head -c 1048572 /dev/zero | $WARDER set -q HUGE").status == 0)
            for (name, words, code, reason) in [
                ("empty", "--only EMPTY", 26, "EMPTY: it is empty, and a unit that did not get it would not notice"),
                ("long", "--only 'L*'", 26, "\(long): its name and apply-refused.service have more than 83 bytes"),
                ("huge", "--only HUGE --only GOOD", 26, "HUGE: the credentials of a unit have no more than 1048576 bytes together"),
                ("alias", "--only GOOD --unit apply-alias.service", 25, "apply-alias.service is another name of apply-own.service"),
                ("absent", "--only GOOD --unit apply-absent.service", 22, "there is no system unit apply-absent.service"),
            ] as [(String, String, Int32, String)] {
                let unit = words.contains("--unit") ? "" : "--unit apply-refused.service"
                try #require(
                    home.warder("consumer add \(name) --format systemd-credential-socket --scope system \(unit) \(words)").status == 0)
                let refused = try home.warder("apply \(name)")
                #expect(refused.status == code && refused.text.contains(reason), "\(name)")
            }
            #expect(
                try home.shell("ls -d /etc/systemd/system/apply-refused.service.d /etc/systemd/system/apply-alias.service.d").status != 0)
        }

        @Test func `a consumer that had files before leaves none of them`() async throws {
            let home = try Home("/root/apply-four")
            try home.store("KEY", "canary-value")
            let service = try Service("apply-four", "Type=exec", "ExecStart=/bin/sleep 10000")
            try service.systemd.reloadUnits()
            try service.start()
            try #require(
                home.warder("consumer add four --format systemd-credential --unit apply-four.service --scope system").status == 0)
            try #require(home.warder("apply").status == 0)
            try #require(
                home.shell("sed -i 's/\"systemd-credential\"/\"systemd-credential-socket\"/' $HOME/.config/warder/warder.toml").status == 0)
            #expect(try home.warder("apply --check").status == 1)
            let daemon = try await StandInDaemon()
            try daemon.serve([service.name.description: ["KEY": Array("canary-value".utf8)]])
            #expect(try home.warder("apply").status == 0)
            #expect(try home.shell("find /var/lib/warder/units -path '*/four/*' -type f").text.isEmpty)
            #expect(try home.warder("apply --check").status == 0)
            try service.control("stop")
            await daemon.stop()
        }

        @Test func `a user's units load from the user's socket`() async throws {
            try #require(try Machine.run("systemctl", "start", "user@0.service").status == 0)
            let home = try Home("/root")
            try home.store("KEY", "mine")
            let service = try Service("apply-mine", "Type=exec", "ExecStart=/bin/sleep 10000", systemd: Machine.user)
            try service.systemd.reloadUnits()
            try service.start()
            try home.add("mine", "apply-mine.service", "")
            let daemon = try await StandInDaemon(at: "/run/user/0/warder/credentials.sock")
            try daemon.serve([service.name.description: ["KEY": Array("mine".utf8)]])
            let applied = try home.warder("apply")
            #expect(applied.status == 0 && applied.text.contains("has the new values\n"), "\(applied.text)")
            let text = String(
                decoding: Machine.read("/root/.config/systemd/user/apply-mine.service.d/50-warder-mine.conf") ?? [], as: UTF8.self)
            #expect(text.contains("LoadCredential=KEY:%t/warder/credentials.sock\n"))
            try service.control("stop")
            await daemon.stop()
        }
    }
}
