import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import RequestLayer

@Suite struct `TLS to servers` {
    static let hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

    /// Rules that lead to a server with TLS, under a name.
    static func rig(
        port: Int, host: String = "localhost", rules: TestGate.Rules = .init(), trusted: Bool = true,
        _ change: (inout ProxyConfiguration) -> Void = { _ in }
    ) async throws -> Rig {
        var configuration = ProxyConfiguration()
        if trusted { configuration.extraCertificateFile = try TestCertificates.shared.get().authority }
        change(&configuration)
        return try await Rig(TestGate(rules) { _ in UpstreamServer(host: host, port: port, usesTLS: true) }, configuration)
    }

    private func answer(_ rig: Rig) async throws -> String {
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        return try await client.response()
    }

    @Test(arguments: ["localhost", "127.0.0.1"], [[], ["http/1.1"], ["other"]])
    func `a server with a good certificate is spoken to, and the connection kept`(host: String, protocols: [String]) async throws {
        let server = try await RawServer.answering(Self.hello, tls: TestCertificates.shared.get().server(protocols: protocols))
        let rig = try await Self.rig(port: server.port, host: host)
        for _ in 0..<2 { #expect(try await answer(rig).hasSuffix("hello")) }
        let client = try await rig.connect()
        for _ in 0..<3 {
            try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
            #expect(try await client.response().hasSuffix("hello"))
        }
        #expect(server.connections.count <= 3)
    }

    @Test func `a certificate that is not trusted, of another name, or expired is refused before a byte of the request`() async throws {
        let certificates = try TestCertificates.shared.get()
        let cases: [(TestCertificates.Kind, String, Bool)] = [
            (.good, "localhost", false), (.other, "localhost", true), (.other, "127.0.0.1", true), (.expired, "localhost", true),
            (.addressed, "localhost", true),
        ]
        for (kind, host, trusted) in cases {
            let server = try await RawServer.answering(Self.hello, tls: certificates.server(kind))
            let rig = try await Self.rig(port: server.port, host: host, trusted: trusted)
            #expect(try await answer(rig).hasSuffix("\r\n\r\ntls"))
            #expect(server.connections.allSatisfy { $0.count == 0 })
            #expect(rig.gate.notes.failures == [.tls])
        }
    }

    @Test func `a server that speaks an old TLS, none, or not at all is refused`() async throws {
        let old = try await RawServer.answering(Self.hello, tls: TestCertificates.shared.get().server(maximum: .tlsv11))
        let plain = try await RawServer { connection, _ in try await connection.send(Self.hello) }
        let silent = try await RawServer()
        let closing = try await RawServer { connection, _ in connection.close() }
        for server in [old, plain, silent, closing] {
            let rig = try await Self.rig(port: server.port) { $0.handshakeTimeout = .seconds(2) }
            #expect(try await answer(rig).hasSuffix("\r\n\r\ntls"))
        }
    }

    @Test func `a body that TLS cut off is not taken for whole`() async throws {
        let server = try await RawServer(tls: TestCertificates.shared.get().server()) { connection, _ in
            try await connection.wait(for: "\r\n\r\n")
            try await connection.send("HTTP/1.1 200 OK\r\n\r\nhello")
            // The connection below ends without TLS's own end.
            try await connection.cut()
        }
        let rig = try await Self.rig(port: server.port)
        let client = try await rig.connect()
        try await client.send("GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        try await client.waitForClose()
        #expect(!client.text.hasSuffix("0\r\n\r\n"))
        #expect(try await rig.summaries().first?.end == .upstreamBroke(.closed))
    }

    @Test(arguments: [
        "192.0.2.1", "10.0.0.1", "8.8.8.8", "169.254.169.254", "0.0.0.0", "2001:db8::1", "::", "::ffff:10.0.0.1", "example.invalid",
    ])
    func `no server elsewhere is reached without TLS`(host: String) async throws {
        let gate = TestGate { _ in UpstreamServer(host: host, port: 80, usesTLS: false) }
        let rig = try await Rig(gate)
        #expect(try await answer(rig).hasSuffix("\r\n\r\nconnect"))
    }

    @Test(arguments: [
        "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "169.254.169.254", "0xa9fea9fe", "::", "0", "fe80::1", "224.0.0.1",
    ])
    func `a name that leads to this machine or to a cloud's metadata is refused, unless it is allowed`(host: String) async throws {
        let server = try await RawServer.answering(Self.hello, tls: TestCertificates.shared.get().server())
        let rig = try await Self.rig(port: server.port, host: host)
        #expect(try await answer(rig).hasSuffix("\r\n\r\nconnect"))
        #expect(server.connections.isEmpty)
        guard host == "127.1" else { return }
        // Allowed, it is connected to; the certificate is of another name.
        let other = try await Self.rig(port: server.port, host: host) { $0.hostsAllowedPrivateAddresses = [host] }
        #expect(try await answer(other).hasSuffix("\r\n\r\ntls"))
        #expect(server.connections.count == 1)
    }

    @Test(arguments: [
        ("127.0.0.1", AddressPlace.loopback), ("127.255.1.2", .loopback), ("::1", .loopback), ("::ffff:127.0.0.1", .loopback),
        ("64:ff9b::7f00:1", .loopback), ("2002:7f00:1::", .loopback), ("10.1.2.3", .privateNetwork), ("172.16.0.1", .privateNetwork),
        ("172.31.255.255", .privateNetwork), ("172.32.0.1", .anywhere), ("172.15.0.1", .anywhere), ("192.168.0.1", .privateNetwork),
        ("192.169.0.1", .anywhere), ("100.64.0.1", .privateNetwork), ("100.128.0.1", .anywhere), ("198.18.0.1", .privateNetwork),
        ("169.254.169.254", .linkLocal), ("0.1.2.3", .linkLocal), ("224.0.0.1", .linkLocal), ("255.255.255.255", .linkLocal),
        ("::", .linkLocal),
        ("::10.0.0.1", .linkLocal), ("::ffff:10.0.0.1", .privateNetwork), ("64:ff9b::a00:1", .privateNetwork),
        ("2002:a00:1::", .privateNetwork),
        ("::ffff:169.254.169.254", .linkLocal), ("fc00::1", .privateNetwork), ("fdff::1", .privateNetwork), ("fe80::1", .linkLocal),
        ("fec0::1", .privateNetwork), ("ff02::1", .linkLocal), ("2001:db8::1", .privateNetwork), ("2606:4700::1", .anywhere),
        ("8.8.8.8", .anywhere), ("::ffff:8.8.8.8", .anywhere),
    ])
    func `an address leads where it leads`(text: String, place: AddressPlace) throws {
        #expect(AddressPlace(try SocketAddress(ipAddress: text, port: 443)) == place)
    }

    @Test(arguments: [
        ("api.example.com", "api.example.com", true), ("API.example.com", "api.EXAMPLE.com.", true),
        ("*.example.com", "api.example.com", true),
        ("*.example.com", "example.com", false), ("*.example.com", "a.b.example.com", false), ("a*.example.com", "api.example.com", false),
        ("*.com", "example.com", false), ("*", "localhost", false), ("localhost", "localhost", true),
        ("example.com", "api.example.com", false),
        ("api.example.com", "api.example.com.evil", false), ("*.example.com", ".example.com", false), ("", "", false),
        ("*.*.com", "a.b.com", false),
        ("api.example.com\0.evil", "api.example.com", false),
    ])
    func `a certificate's name is the host's, or stands for one label of it`(pattern: String, host: String, matches: Bool) {
        #expect(CertificateName.matches(pattern, host: host) == matches)
    }

    @Test func `a file of certificates that can't be read is refused at the start`() throws {
        var configuration = ProxyConfiguration()
        configuration.extraCertificateFile = "/nonexistent/ca.pem"
        let gate = TestGate(port: 1)
        #expect(throws: (any Error).self) {
            try ProxyServer(gate: gate, configuration: configuration, eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        }
    }
}
