import Exporter
import Foundation
import Glibc
import PrivateFiles
import Profiles
import SodiumCrypto
import Testing

@testable import Exporter

extension Inside {
    /// Services that get variables from an environment file.
    struct EnvironmentTests {
        private func generation(_ shift: Int) throws -> [EnvironmentVariable] {
            let count = difficultValues.count
            return try (0..<count).map { try variable("V\($0)", difficultValues[($0 + shift) % count]) }
        }

        private func isExact(_ service: Service, _ variables: [EnvironmentVariable]) throws -> Bool {
            let found = try service.environment()
            return variables.allSatisfy { found[$0.name] == $0.value.reveal() }
        }

        @Test func `a service has exactly the values, after a restart the new ones, and each is proven`() throws {
            let service = try Service.idle("environment")
            let (old, new) = (try generation(0), try generation(7))
            let path = "/var/lib/warder-test/environment.env"
            try Machine.write(Export.render(old, as: SystemdEnvironmentFile.self), to: path)
            try service.add(DropIn.environmentFile(path))
            try service.start()
            #expect(try isExact(service, old))
            #expect(try Machine.system.proof(of: service.name, .dropIn, old) == .holds)
            try Machine.write(Export.render(new, as: SystemdEnvironmentFile.self), to: path)
            #expect(try Machine.system.proof(of: service.name, .dropIn, new) == .differs(new.map(\.name)))
            #expect(try Machine.system.perform(.restart, service.name))
            #expect(try isExact(service, new))
            #expect(try Machine.system.proof(of: service.name, .dropIn, new) == .holds)
            let mixed = [new[0], try variable("V1", "another"), new[2], try variable("ABSENT", "")]
            #expect(try Machine.system.proof(of: service.name, .dropIn, mixed) == .differs(["V1", "ABSENT"]))
        }

        @Test func `a reload gives a process no new environment, and the proof says so`() throws {
            let service = try Service("reloads", "ExecStart=/bin/sleep 10000", "ExecReload=/bin/true")
            let path = "/var/lib/warder-test/reloads.env"
            try Machine.write("K=one\n", to: path)
            try service.add(DropIn.environmentFile(path))
            try service.start()
            try Machine.write("K=two\n", to: path)
            #expect(try Machine.system.state(of: service.name).canReload)
            #expect(try Machine.system.perform(.reload, service.name))
            #expect(try Machine.system.proof(of: service.name, .dropIn, [variable("K", "two")]) == .differs(["K"]))
            #expect(try Machine.system.proof(of: service.name, .dropIn, [variable("K", "one")]) == .holds)
        }

        @Test func `a proof waits for a program that is only about to run, and takes no fork of the manager for it`() throws {
            // Type=simple counts as started when the manager has forked.
            let service = try Service("racing", "ExecStart=/bin/sleep 10000")
            let path = "/var/lib/warder-test/racing.env"
            try Machine.write("K=0\n", to: path)
            try service.add(DropIn.environmentFile(path))
            try service.start()
            for round in 1...40 {
                let value = try [variable("K", "\(round)")]
                try Machine.write("K=\(round)\n", to: path)
                #expect(try Machine.system.perform(.restart, service.name))
                #expect(try Machine.system.proof(of: service.name, .dropIn, value) == .holds)
            }
            let slow = try Service("slow", "ExecStartPre=/bin/sleep 1", "ExecStart=/bin/sleep 10000", "EnvironmentFile=\(path)")
            try Machine.system.reloadUnits()
            try slow.start("--no-block")
            _ = try slow.wait(\.isActive)
            #expect(try Machine.system.proof(of: slow.name, .dropIn, [variable("K", "40")]) == .holds)
        }

        @Test(arguments: [
            "blank in it", "two  blanks", "it's", "say \"hi\"", "100%", "%n", "%%", "$HOME", "${HOME}", "#x", ";x", "~", "a:b", "a,b",
            "a=b",
            "-x", "!x", "&|<>()", "`id`", "é日本🔑", "^a", "+a", "@a",
        ])
        func `a path is found whatever is in it`(_ name: String) throws {
            let number = name.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) % 1_000_003 }
            let service = try Service.idle("path-\(number)")
            let path = "/var/lib/warder-test/\(name)/\(name)"
            try Machine.write("K=it\n", to: path)
            try service.add(DropIn.environmentFile(path))
            try service.start()
            #expect(try service.environment()["K"] == Array("it".utf8))
            guard !name.contains(where: { " \"'".contains($0) }) else { return }
            try service.add(DropIn.credentials([("c", "\(path).cred")], isRefreshing: false))
            try Machine.write(Machine.system.seal(SecretValue(copying: [1, 2]), as: "c"), to: "\(path).cred")
            #expect(try Machine.system.perform(.restart, service.name))
            _ = try service.wait { !$0.isActive || Machine.read("/run/credentials/\($0.id)/c") != nil }
            #expect(Machine.read("/run/credentials/\(service.name)/c") == [1, 2])
        }

        @Test func `a program that wrote over its environment is not taken for one with old values`() throws {
            guard try Machine.run("python3", "-c", "import ctypes").status == 0 else { return print("SKIPPED: python3 is not here") }
            // As programs that change their title do: over the arguments and on into the environment; NULs after it.
            let script = """
                import ctypes, sys, time
                fields = open('/proc/self/stat').read().rsplit(')', 1)[1].split()
                start, end = int(fields[47]), int(fields[48])
                title = sys.argv[1].encode() + b'\\0'
                count = len(title) if sys.argv[2] == 'short' else end - start
                ctypes.memmove(start, title.ljust(count, b'\\0')[:count], count)
                open('/run/titled-' + sys.argv[1][:1], 'w').close()
                time.sleep(10000)
                """
            try Machine.write(script, to: "/var/lib/warder-test/title.py")
            let value = try [variable("FIRST", "old"), variable("SECOND", "kept")]
            for (letter, style) in [("w", "padded"), ("s", "short")] {
                let service = try Service(
                    "titled-\(letter)", "ExecStart=/usr/bin/python3 /var/lib/warder-test/title.py '\(letter)orker process' \(style)",
                    "EnvironmentFile=/var/lib/warder-test/title.env")
                try Machine.write("FIRST=old\nSECOND=kept\n", to: "/var/lib/warder-test/title.env")
                try Machine.system.reloadUnits()
                try service.start()
                for _ in 0..<200 where Machine.read("/run/titled-\(letter)") == nil { usleep(25_000) }
                let other = try [variable("FIRST", "new"), variable("SECOND", "new")]
                #expect(
                    try Machine.system.proof(of: service.name, .dropIn, other) == .unknown("its process has changed its own environment"))
                if style == "padded" {
                    let proof = try Machine.system.proof(of: service.name, .dropIn, value)
                    #expect(proof == .unknown("its process has changed its own environment"))
                }
            }
        }

        @Test func `a program behind one that cleared the environment cannot be told`() throws {
            let service = try Service("cleared", "Environment=K=old", "ExecStart=/usr/bin/env -i /bin/sleep 10000")
            try Machine.system.reloadUnits()
            try service.start()
            for _ in 0..<200 where try Machine.read("/proc/\(service.mainProcess)/cmdline")?.starts(with: "/bin/sleep".utf8) != true {
                usleep(25_000)
            }
            let proof = try Machine.system.proof(of: service.name, .dropIn, [variable("K", "new")])
            #expect(proof == .unknown("its process has changed its own environment"))
        }

        @Test func `a service whose file is missing or not UTF-8 does not start, and the reason is named`() throws {
            let service = try Service.idle("missing")
            let path = "/var/lib/warder-test/missing.env"
            try service.add(DropIn.environmentFile(path))
            #expect(try !service.control("start"))
            var state = try Machine.system.state(of: service.name)
            #expect(state.hasFailed && state.failure.contains("environment file"))
            try Machine.write([UInt8](Array("K=\"".utf8) + [0xFF] + Array("\"\n".utf8)), to: path)
            #expect(try !service.control("start"))
            state = try Machine.system.state(of: service.name)
            #expect(state.hasFailed && state.failure.contains("environment file"))
            try Machine.write("K=v\n", to: path)
            #expect(try service.control("start"))
        }
    }
}
