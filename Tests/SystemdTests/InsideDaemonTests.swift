import Foundation
import Glibc
import Testing

@testable import Exporter

extension Inside {
    /// The units of `contrib/systemd`, from an encrypted key at boot to a service that has its credentials.
    struct DaemonTests {
        /// What a new user does, as root: the commands and units where `contrib/install` puts them, a vault whose key is a credential.
        private static let setUp = """
            set -e
            for program in warder warderd; do install -m 0755 "$PRODUCTS/$program" /usr/local/bin/$program; done
            for unit in "$PACKAGE"/contrib/systemd/system/*; do
                sed 's|@bindir@|/usr/local/bin|g' "$unit" | install -D -m 0644 /dev/stdin "/etc/systemd/system/$(basename "$unit")"
            done
            warder --system init -q --key-file /root/warder.key
            mkdir -p /etc/credstore.encrypted
            systemd-creds encrypt --name=warder.key /root/warder.key /etc/credstore.encrypted/warder.key
            mv /root/warder.key /root/kept.key
            rm /etc/warder/warder.toml
            export WARDER_KEY_FILE=/root/kept.key
            printf 'fledgling-one-7c1' | warder --system set -q API_KEY
            printf 'fledgling-key-7c1' | warder --system set -q openai/api-key
            systemctl daemon-reload
            """

        private func shell(_ script: String) throws -> (status: Int32, text: String) {
            let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let products = URL(filePath: runner).deletingLastPathComponent().path
            let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
            let head = "export HOME=/root PRODUCTS='\(products)' PACKAGE='\(package)' PATH=/usr/local/bin:$PATH; cd /root; exec 2>&1\n"
            let outcome = try Machine.run("sh", "-c", head + script)
            return (outcome.status, String(decoding: outcome.output, as: UTF8.self))
        }

        /// Waits until a command succeeds.
        private func wait(_ script: String) throws -> Bool {
            for _ in 0..<200 {
                if try shell(script).status == 0 { return true }
                usleep(50_000)
            }
            return false
        }

        private func credential(_ unit: String, _ name: String = "API_KEY") -> String? {
            Machine.read("/run/credentials/\(unit)/\(name)").map { String(decoding: $0, as: UTF8.self) }
        }

        private static let ask = "curl -s -o /dev/null -w '%{http_code}' --unix-socket /run/warder/proxy.sock http://localhost/-/health"

        @Test func `serve from a key that only this machine decrypts, through locks, changes and restarts`() throws {
            let made = try shell(Self.setUp)
            try #require(made.status == 0)
            for unit in ["warder-agent.service", "warder-credentials.socket", "warder-proxy.socket", "warderd.service"] {
                #expect(
                    try shell("systemd-analyze verify /etc/systemd/system/\(unit) 2>&1 | grep -i warder | grep -v 'man warder'").text == "",
                    "\(unit)")
            }
            // Nothing has the keys yet.
            #expect(try shell("warder --system get API_KEY").status == 10)

            let service = try Service("daemon-one", "Type=exec", "User=nobody", "ExecStart=/bin/sleep 10000")
            try service.systemd.reloadUnits()
            let added = try shell(
                """
                set -e
                systemctl enable -q --now warder-agent.service warderd.service
                warder --system consumer add one --format systemd-credential-socket --unit daemon-one.service --only API_KEY
                warder --system apply
                # A unit that starts before anything else of Warder's brings it up: socket, daemon, agent.
                systemctl stop -q warderd.service warder-agent.service
                """)
            #expect(added.status == 0)
            try service.start()
            #expect(credential("daemon-one.service") == "fledgling-one-7c1")
            for unit in ["warder-agent.service", "warderd.service"] {
                #expect(try shell("systemctl is-active -q \(unit)").status == 0, "\(unit)")
                let security = try shell("systemd-analyze security --no-pager \(unit) | tail -n 1").text
                let exposure = security.split(separator: " ").compactMap { Double($0) }.first
                #expect((exposure ?? 10) <= 2.0, "\(unit)")
            }
            #expect(try shell("warder --system get API_KEY").text == "fledgling-one-7c1")
            #expect(try shell(Self.ask).text == "200")
            // Neither process can be looked into, and neither has a right of root's.
            #expect(
                try shell("grep -h CapEff /proc/$(systemctl show -P MainPID warderd)/status | tr -d '\\t '").text
                    == "CapEff:0000000000000000\n")

            // A new value is there for the next start.
            #expect(try shell("printf fledgling-two-7c1 | warder --system set -q API_KEY").status == 0)
            #expect(try wait("systemctl restart daemon-one && grep -q fledgling-two-7c1 /run/credentials/daemon-one.service/API_KEY"))
            #expect(try shell("systemctl reload warderd && systemctl is-active -q warderd").status == 0)

            // Locked: no unit starts with an empty key, and the daemon has forgotten what it had. It is the same process to systemd.
            let process = try shell("systemctl show -P MainPID warderd").text
            #expect(try shell("warder --system lock").status == 0)
            #expect(try wait("systemctl stop daemon-one; ! systemctl start daemon-one"))
            #expect(try shell("systemctl show -P MainPID warderd").text == process)
            #expect(try shell("journalctl --sync; journalctl -u warderd -o cat --no-pager").text.contains("the vault is locked"))

            // The agent has its key again, and with it all others.
            #expect(try shell("systemctl restart warder-agent").status == 0)
            #expect(try wait("systemctl reset-failed; systemctl start daemon-one"))
            #expect(credential("daemon-one.service") == "fledgling-two-7c1")

            // Killed, and stopped: the socket starts it for the next unit.
            #expect(try shell("systemctl kill -s KILL warderd; sleep 0.3; systemctl restart daemon-one").status == 0)
            #expect(try shell("systemctl stop warderd && systemctl restart daemon-one && systemctl is-active -q warderd").status == 0)
            #expect(credential("daemon-one.service") == "fledgling-two-7c1")

            // Many units at once, as at boot, with everything of Warder's stopped before.
            let many = try shell(
                """
                set -e
                for i in $(seq 0 29); do
                    printf '[Service]\\nType=exec\\nUser=nobody\\nExecStart=/bin/sleep 10000\\n' >/etc/systemd/system/herd-$i.service
                    warder --system consumer add herd-$i --format systemd-credential-socket --unit herd-$i.service --only API_KEY -q
                    mkdir -p /etc/systemd/system/herd-$i.service.d
                    cp /etc/systemd/system/daemon-one.service.d/*.conf /etc/systemd/system/herd-$i.service.d/
                done
                systemctl daemon-reload
                systemctl stop warderd warder-agent
                systemctl start $(seq -f herd-%g 0 29)
                cat /run/credentials/herd-*.service/API_KEY | grep -o fledgling-two-7c1 | wc -l
                """)
            #expect(many.status == 0)
            #expect(many.text.split(separator: "\n").last == "30")

            // The audit trail of the vault says which secrets left it, and to nothing of this was a value written down.
            #expect(try wait("warder --system audit list | grep -q 'deliver .*API_KEY'"))
            let leaks = try shell(
                """
                journalctl --sync
                grep -rl fledgling- /etc /var/lib /root/.local /root/.config /run/warder /usr/local/bin 2>/dev/null
                journalctl -o cat --no-pager | grep -c fledgling-
                """)
            #expect(leaks.text == "0\n")
            _ = try shell(
                """
                systemctl stop $(seq -f herd-%g 0 29) daemon-one
                # Units of the same names are what other tests stand in for.
                systemctl disable -q --now warder-credentials.socket warder-proxy.socket warderd.service warder-agent.service
                rm -rf /etc/systemd/system/warder* /run/warder /var/lib/warder /etc/warder
                systemctl daemon-reload
                """)
        }
    }
}
