import Testing

@testable import Resolver

/// Addresses: which are accepted, and as what.
@Suite struct EndpointTests {
    private func failure(_ address: String) -> ResolverError.Code? {
        do throws(ResolverError) {
            _ = try Endpoint(address, "base_url")
            return nil
        } catch {
            // The address may have a password in it.
            #expect((address.utf8.count < 9 || !error.description.contains(address)) && !error.description.contains("\n"))
            return error.code
        }
    }

    /// Address, text, host, port.
    private static let accepted: [(String, String, String, Int?)] = [
        ("https://api.example", "https://api.example", "api.example", nil),
        ("https://api.example/", "https://api.example", "api.example", nil),
        ("https://api.example/v1/", "https://api.example/v1", "api.example", nil),
        ("https://API.Example:8443/V1", "https://api.example:8443/V1", "api.example", 8443),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example", nil),
        ("https://192.0.2.1/v1", "https://192.0.2.1/v1", "192.0.2.1", nil),
        ("https://[2001:db8::1]:8443/v1", "https://[2001:db8::1]:8443/v1", "2001:db8::1", 8443),
        ("http://localhost", "http://localhost", "localhost", nil),
        ("http://LOCALHOST:11434/v1", "http://localhost:11434/v1", "localhost", 11434),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1", "127.0.0.1", 1),
        ("http://127.255.255.254", "http://127.255.255.254", "127.255.255.254", nil),
        ("http://[::1]:65535/a:b@c", "http://[::1]:65535/a:b@c", "::1", 65535),
    ]

    @Test func `reads an address`() throws {
        for (address, text, host, port) in Self.accepted {
            let endpoint = try Endpoint(address, "base_url")
            #expect(endpoint.text == text && endpoint.host == host && endpoint.port == port, "\(address)")
        }
    }

    @Test(arguments: [
        "http://api.example", "http://api.example:443/v1", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
        "http://evil.example/127.0.0.1", "http://0.0.0.0", "http://0.0.0.0:8080/v1", "http://126.255.255.255", "http://128.0.0.1",
        "http://10.0.0.1", "http://192.168.1.1", "http://169.254.169.254/latest", "http://[::]", "http://[::2]",
        "http://[::ffff:127.0.0.1]", "http://[fe80::1]", "http://[0:0:0:0:0:0:0:2]", "http://localhosts", "http://xn--localhost-0a",
        "http://host.docker.internal:12434",
    ])
    func `refuses plain http to another machine`(_ address: String) { #expect(failure(address) == .refused) }

    @Test(arguments: [
        // Somebody else's host behind an at sign, in whatever disguise.
        "http://localhost@evil.example", "http://127.0.0.1:80@evil.example", "https://user@api.example", "https://user:pw@api.example",
        "https://api.example\\@evil.example", "https://api.example%40evil.example", "https://evil.example\\.api.example",
        "https://@api.example",
        // Numbers that some read as 127.0.0.1.
        "http://127.1", "http://127.0.1", "http://2130706433", "http://0x7f000001", "http://0x7f.0.0.1", "http://017700000001",
        "http://0177.0.0.1", "http://127.0.0.01", "http://127.0.0.256", "http://127.0.0.1.", "http://127.0.0.0x1", "http://+127.0.0.1",
        "http://127.0.0.1e0", "https://1.2.3", "https://api.1", "https://api.0x1",
        // Names that some read as others.
        "http://localhost.", "https://api.example.", "https://.api.example", "https://a..b", "https://-a.example", "https://a-.example",
        "https://api_x.example", "https://b\u{FC}cher.example", "https://\u{430}pi.example", "http://\u{2460}27.0.0.1",
        "http://127\u{3002}0\u{3002}0\u{3002}1", "https://api\u{AD}.example", "https://api.example\u{FF0F}x", "https://%61pi.example",
        "https://api.example\u{0301}", "https://api .example", "https://api\t.example", "https://api\n.example", " https://api.example",
        "https://api*.example", "https://api,example", "https://a.\(String(repeating: "b", count: 64)).example",
        // Brackets.
        "http://[::1].evil.example", "http://[::1", "http://::1", "http://[::1]evil", "http://[]", "http://[localhost]",
        "http://[::1%25lo]",
        "http://[127.0.0.1]", "http://[::1]]", "http://[[::1]]", "https://[v1.a]", "https://[1::2::3]",
        // Ports.
        "https://api.example:", "https://api.example:0", "https://api.example:65536", "https://api.example:99999",
        "https://api.example:+80",
        "https://api.example:80a", "https://api.example:80:80", "https://api.example:-1", "https://api.example:000080", "https://[::1]:",
        // Schemes.
        "", "https", "https:", "https:/", "https://", "https:///v1", "https:/api.example", "https:api.example", "HTTPS://api.example",
        "//api.example", "api.example", "ftp://api.example", "file:///etc/passwd", "javascript:x", "wss://api.example",
        "https//api.example",
        "http://", "unix:/run/x",
        // Paths and what follows them.
        "https://api.example?x=1", "https://api.example/?x", "https://api.example#f", "https://api.example/a/../b",
        "https://api.example/..",
        "https://api.example/./a", "https://api.example//a", "https://api.example/a//", "https://api.example/%2e%2e/a",
        "https://api.example/a%2fb", "https://api.example/a\\b", "https://api.example/a b", "https://api.example/\u{E9}",
        "https://api.example/a\r\nx: y", "https://api.example/\"", "https://api.example/a|b", "https://api.example/a^b",
    ])
    func `refuses what is no plain address`(_ address: String) { #expect(failure(address) == .invalid) }

    @Test(arguments: ["https://<host>/v1", "https://${HOST}", "https://$HOST", "https://api.example/{x}", "https://api.example/a>b", "<x>"])
    func `refuses placeholders, whatever else is wrong`(_ address: String) { #expect(failure(address) == .refused) }

    @Test func `tells this machine from others`() {
        for host in ["localhost", "::1", "127.0.0.1", "127.1.2.3"] { #expect(Endpoint.isLoopback(host), "\(host)") }
        for host in ["127.0.0", "127.0.0.1.", "127.0.0.256", "127.+0.0.1", "127.0.0.01", "0.0.0.0", "localhost.", "::", "", "127"] {
            #expect(!Endpoint.isLoopback(host), "\(host)")
        }
    }
}
