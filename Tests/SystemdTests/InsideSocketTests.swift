import Foundation
import Glibc
import Profiles
import SodiumCrypto
import Testing
import UnitCredentials

@testable import Exporter

extension Inside {
    /// Services that load credentials from the daemon's server.
    struct SocketTests {
        private let system = Machine.system

        private func dropIn(_ names: [String], _ scope: SystemdScope = .system) throws -> [UInt8] {
            try DropIn.socket(names, scope, isRefreshing: false)
        }

        /// A daemon that loads one credential, as another user.
        private func idle(_ name: String, _ lines: String = "User=nobody", credentials: [String] = ["KEY"]) throws -> Service {
            let service = try Service(name, "Type=exec", lines, "ExecStart=/bin/sleep 10000")
            try service.add(dropIn(credentials))
            return service
        }

        private func journal(_ unit: UnitName) throws -> String {
            try Machine.run("journalctl", "--sync")
            return String(
                decoding: try Machine.run("journalctl", "--unit", unit.description, "--output=cat", "--no-pager").output, as: UTF8.self)
        }

        @Test func `a service of another user reads exactly the values, and after a restart the new ones`() async throws {
            let daemon = try await StandInDaemon()
            let service = try Service(
                "socket-values", "User=nobody", "RuntimeDirectory=socket-copy", "RuntimeDirectoryPreserve=yes",
                "WorkingDirectory=/run/socket-copy",
                "ExecStart=/bin/sh -c 'rm -f ./*; cp $CREDENTIALS_DIRECTORY/* .; echo $INVOCATION_ID >done; exec sleep 10000'")
            let bytes: [[UInt8]] = difficultValues.filter { !$0.isEmpty } + [[0], [0, 10, 0], [0xFF, 0xFE, 0x80], [10], Array(0...255)]
            for shift in [0, 3] {
                let variables = try bytes.indices.map { try variable("V\($0)", bytes[($0 + shift) % bytes.count]) }
                try daemon.serve([
                    service.name.description: Dictionary(uniqueKeysWithValues: variables.map { ($0.name, $0.value.reveal()) })
                ])
                if shift == 0 {
                    try service.add(dropIn(variables.map(\.name)))
                    try service.start()
                } else {
                    try #require(try system.perform(.restart, service.name))
                }
                #expect(try system.proof(of: service.name, .socket, variables) == .holds)
                _ = try service.wait { state in
                    state.invocation.map { Machine.read("/run/socket-copy/done") == Array("\($0)\n".utf8) } ?? false
                }
                let isExact = variables.allSatisfy { Machine.read("/run/socket-copy/\($0.name)") == $0.value.reveal() }
                #expect(isExact, "what the service has read")
            }
            // The guard is a command, and each command of a unit loads its credentials anew.
            #expect(daemon.deliveries.count == 4 * bytes.count && Set(daemon.deliveries).count == bytes.count && daemon.log.isEmpty)
            await daemon.stop()
        }

        @Test func `names and values of a unit have one MiB together, and a long name comes through`() async throws {
            let daemon = try await StandInDaemon()
            let service = try idle("socket-large")
            let value = (0..<(1 << 20) - 3).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            try daemon.serve([service.name.description: ["KEY": value]])
            try service.start()
            let isExact = Machine.read("/run/credentials/\(service.name)/KEY") == value
            #expect(isExact)

            let longest = String(repeating: "N", count: CredentialSocket.maximumNames - "socket-name.service".utf8.count)
            let named = try idle("socket-name", credentials: [longest])
            try daemon.serve([named.name.description: [longest: [1]]])
            // Random digits make the address shorter now and then, never longer.
            for _ in 0..<10 { #expect(try named.control("restart")) }
            let tooLong = try idle("socket-name", credentials: [longest + "N"])
            try daemon.serve([named.name.description: [longest + "N": [1]]])
            let started = try (0..<40).filter { _ in try tooLong.control("restart") }.count
            print("MEASURED: with one byte more in its names a unit starts \(started) times of 40")
            #expect(started < 40)
            await daemon.stop()
        }

        @Test func `fifty units that start at once each have their own value`() async throws {
            let daemon = try await StandInDaemon()
            var units: [String: [String: [UInt8]]] = [:]
            for number in 0..<50 {
                try Machine.write(dropIn(["KEY"]), to: "/etc/systemd/system/many-\(number).service.d/50-warder-many.conf")
                _ = try Service("many-\(number)", "Type=exec", "User=nobody", "ExecStart=/bin/sleep 10000")
                units["many-\(number).service"] = ["KEY": Array("value \(number)".utf8)]
            }
            try system.reloadUnits()
            try daemon.serve(units)
            #expect(try Machine.run("sh", "-c", "systemctl start $(seq -f many-%g 0 49)").status == 0)
            let isExact = units.allSatisfy { unit, values in Machine.read("/run/credentials/\(unit)/KEY") == values["KEY"] }
            #expect(isExact)
            try Machine.run("sh", "-c", "systemctl stop $(seq -f many-%g 0 49)")
            await daemon.stop()
        }

        @Test func `units in an order get theirs in it, and all of them come after the socket's unit`() async throws {
            let daemon = try await StandInDaemon()
            let first = try Service("order-one", "Type=oneshot", "RemainAfterExit=yes", "ExecStart=/bin/true")
            try first.add(dropIn(["KEY"]))
            let second = try idle("order-two")
            try Machine.write(
                "[Unit]\nRequires=order-one.service\nAfter=order-one.service\n", to: "/etc/systemd/system/order-two.service.d/order.conf")
            try system.reloadUnits()
            try daemon.serve(["order-one.service": ["KEY": [1]], "order-two.service": ["KEY": [2]]])
            try second.start()
            #expect(
                daemon.deliveries == ["order-one.service/KEY", "order-one.service/KEY", "order-two.service/KEY", "order-two.service/KEY"])
            for service in [first, second] {
                #expect(try service.show("After").split(separator: " ").contains("warder-credentials.socket"))
            }
            await daemon.stop()
        }

        @Test func `without a daemon a unit does not start, and with one it does`() async throws {
            let service = try idle("socket-down")
            let listener = try StandInDaemon.listener(at: StandInDaemon.systemPath)
            close(listener)
            for isThere in [true, false] {
                if !isThere { unsafe _ = unlink(StandInDaemon.systemPath) }
                #expect(system.credentialSocket.isAbsent)
                #expect(try !service.control("start"))
                #expect(try system.state(of: service.name).hasFailed)
                #expect(try journal(service.name).contains("status=243/CREDENTIALS"))
            }
            let daemon = try await StandInDaemon()
            try daemon.serve([service.name.description: ["KEY": [1]]])
            #expect(!system.credentialSocket.isAbsent)
            try service.start()
            await daemon.stop()
        }

        @Test func `a unit that gets no credential fails before any of its commands, and the log says why`() async throws {
            let daemon = try await StandInDaemon()
            let service = try Service(
                "socket-denied", "Type=exec", "ExecStartPre=/bin/touch /run/socket-denied", "ExecStart=/bin/sleep 10000")
            try service.add(dropIn(["KEY", "OTHER"]))
            let states: [([String: [String: [UInt8]]]?, String)] = [
                (nil, "the vault is locked: a unit gets no credential, and cannot start"),
                ([:], "no consumer is for this unit: it gets no credential, and cannot start"),
                ([service.name.description: ["UNUSED": [1]]], "no consumer gives this unit such a credential: it cannot start"),
                (
                    [service.name.description: ["KEY": [], "OTHER": []]],
                    "the value is empty or too long for a credential: the unit cannot start"
                ),
            ]
            for (units, message) in states {
                if let units { try daemon.serve(units) } else { daemon.lock() }
                #expect(try !service.control("start"))
                #expect(try system.state(of: service.name).hasFailed)
                #expect(daemon.log.last?.hasPrefix("socket-denied.service/") == true && daemon.log.last?.hasSuffix(message) == true)
                #expect(Machine.read("/run/socket-denied") == nil)
            }
            #expect(try journal(service.name).contains("status=243/CREDENTIALS"))
            // One of two is not enough.
            try daemon.serve([service.name.description: ["KEY": [1]]])
            #expect(try !service.control("start"))
            try daemon.serve([service.name.description: ["KEY": [1], "OTHER": [2]]])
            try service.start()
            await daemon.stop()
        }

        @Test(arguments: ["User=nobody", "DynamicUser=yes", "User=root"])
        func `where a daemon dies without a word the guard stops the unit, and names what is missing`(_ user: String) async throws {
            let listener = try StandInDaemon.listener(at: StandInDaemon.systemPath)
            let accepting = Thread { while true { if close(accept(listener, nil, nil)) != 0 { return } } }
            accepting.start()
            let service = try idle("socket-mute-\(user.hash.magnitude % 1000)", user)
            #expect(try !service.control("start"))
            #expect(try journal(service.name).contains("warder: no credential KEY\n"))
            shutdown(listener, CInt(SHUT_RDWR))
            close(listener)
            unsafe _ = unlink(StandInDaemon.systemPath)
        }

        @Test func `what a plain close and a linger of zero do, and what stops a unit`() throws {
            let service = try Service("socket-empty", "Type=exec", "ExecStart=/bin/sleep 10000", "LoadCredential=KEY:/run/measured.sock")
            try system.reloadUnits()
            var outcomes: [String] = []
            for isReset in [false, true] {
                let listener = try StandInDaemon.listener(at: "/run/measured.sock")
                let answering = Thread {
                    let end = accept(listener, nil, nil)
                    var linger = linger(l_onoff: 1, l_linger: 0)
                    if isReset { unsafe setsockopt(end, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size)) }
                    close(end)
                }
                answering.start()
                let hasStarted = try service.control("restart")
                let size = Machine.read("/run/credentials/\(service.name)/KEY").map { "\($0.count) bytes" } ?? "no file"
                outcomes.append("\(isReset ? "linger 0" : "plain close"): \(hasStarted ? "starts" : "fails"), \(size)")
                close(listener)
            }
            print("MEASURED: \(outcomes.joined(separator: "; "))")
            #expect(outcomes == ["plain close: starts, 0 bytes", "linger 0: starts, 0 bytes"], "no reason for the long refusal any more")
        }

        @Test func `instances of a template and units under an alias are asked for by their own names`() async throws {
            let daemon = try await StandInDaemon()
            try Machine.write(
                "[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=exec\nExecStart=/bin/sleep 10000\n",
                to: "/etc/systemd/system/socket-many@.service")
            try Machine.write(dropIn(["KEY"]), to: "/etc/systemd/system/socket-many@.service.d/50-warder-many.conf")
            let service = try idle("socket-own")
            try Machine.run("ln", "-sf", "/etc/systemd/system/socket-own.service", "/etc/systemd/system/socket-alias.service")
            try system.reloadUnits()
            try daemon.serve([
                "socket-many@.service": ["KEY": [1]], "socket-many@special.service": ["KEY": [2]], "socket-own.service": ["KEY": [3]],
            ])
            for (unit, value) in [("socket-many@a\\x2db:c.service", 1), ("socket-many@special.service", 2), ("socket-alias.service", 3)]
                as [(String, UInt8)]
            {
                #expect(try Machine.run("systemctl", "start", unit).status == 0, "\(unit)")
                let id = unit == "socket-alias.service" ? service.name.description : unit
                let isExact = Machine.read("/run/credentials/\(id)/KEY") == [value]
                #expect(isExact, "\(unit)")
            }
            #expect(!daemon.deliveries.contains { $0.contains("alias") })
            try Machine.run("sh", "-c", "systemctl stop 'socket-many@*' socket-own")
            await daemon.stop()
        }

        @Test func `a hardened unit passes the guard`() async throws {
            let daemon = try await StandInDaemon()
            let service = try idle(
                "socket-hard",
                """
                DynamicUser=yes
                ProtectSystem=strict
                ProtectHome=yes
                ProtectProc=invisible
                PrivateTmp=yes
                PrivateDevices=yes
                PrivateNetwork=yes
                PrivateUsers=yes
                NoNewPrivileges=yes
                CapabilityBoundingSet=
                RestrictAddressFamilies=none
                RestrictNamespaces=yes
                MemoryDenyWriteExecute=yes
                SystemCallFilter=@system-service
                SystemCallArchitectures=native
                UMask=0777
                Environment=PATH=/nowhere
                """)
            try daemon.serve([service.name.description: ["KEY": [1]]])
            try service.start()
            #expect(try system.proof(of: service.name, .socket, [variable("KEY", [1])]) == .holds)
            await daemon.stop()
        }

        @Test func `a user's manager loads from the user's daemon, which answers nobody else`() async throws {
            try Machine.run("useradd", "--create-home", "--uid", "7001", "tenant")
            try #require(try Machine.run("systemctl", "start", "user@7001.service").status == 0)
            let daemon = try await StandInDaemon(at: "/run/user/7001/warder/credentials.sock", manager: 7001)
            try Machine.run("chown", "-R", "7001", "/run/user/7001/warder")
            let directory = "/home/tenant/.config/systemd/user"
            try Machine.write("[Service]\nType=exec\nExecStart=/bin/sleep 10000\n", to: "\(directory)/own.service")
            try Machine.write(dropIn(["KEY"], .user), to: "\(directory)/own.service.d/50-warder-own.conf")
            try daemon.serve(["own.service": ["KEY": [1, 0, 2]]])
            let command = "systemctl --user daemon-reload; systemctl --user start own"
            let status = try Machine.run(
                "setpriv", "--reuid=7001", "--regid=7001", "--clear-groups", "sh", "-c", command, runtime: "/run/user/7001"
            ).status
            #expect(status == 0)
            let isExact = Machine.read("/run/user/7001/credentials/own.service/KEY") == [1, 0, 2]
            #expect(isExact)
            // The machine's manager has another user.
            let service = try Service(
                "socket-foreign", "Type=exec", "ExecStart=/bin/sleep 10000", "LoadCredential=KEY:/run/user/7001/warder/credentials.sock")
            try daemon.serve(["own.service": ["KEY": [1]], service.name.description: ["KEY": [2]]])
            try system.reloadUnits()
            try service.control("start")
            let got = Machine.read("/run/credentials/\(service.name)/KEY")
            #expect(got == [], "an empty file, which the guard would have refused")
            #expect(daemon.log == [": a process that is not the service manager's gets no credential"])
            try service.control("stop")
            await daemon.stop()
        }
    }
}
