internal import Glibc
internal import Settings

/// An address to which a key may be sent: `https://host[:port][/path]`, or plain http on this machine.
///
/// Stricter than RFC 3986, so that no two programs can read it differently: no user, query or fragment, no escapes in the host, no dot
/// segments, lower-case host names, dotted quads of four numbers.
public struct Endpoint: Hashable, Sendable {
    /// The whole address, without a slash at the end.
    public let text: String
    /// The host in lower case, without port; an IPv6 address without its brackets.
    public let host: String
    /// The port, if the address has one.
    public let port: Int?

    /// - Throws: ``ResolverError/Code/refused`` for a placeholder or plain http to another machine; ``ResolverError/Code/invalid`` for what is
    ///   no address. The message does not repeat it.
    public init(_ address: String) throws(ResolverError) {
        try self.init(address, "the address")
    }

    /// - Throws: ``ResolverError/Code/refused`` for a placeholder or plain http to another machine; ``ResolverError/Code/invalid`` for what is
    ///   no address. `what` names it in the message, which does not repeat it.
    init(_ address: String, _ what: String) throws(ResolverError) {
        try Self.refusePlaceholder(address, what)
        let isPlain: Bool
        let rest: Substring
        if address.hasPrefix("https://") {
            (isPlain, rest) = (false, address.dropFirst(8))
        } else if address.hasPrefix("http://") {
            (isPlain, rest) = (true, address.dropFirst(7))
        } else {
            throw ResolverError(.invalid, "\(what) is not an https:// address")
        }
        let authority = rest.prefix { $0 != "/" }
        let path = rest[authority.endIndex...]
        guard let (host, port) = Self.split(authority) else { throw ResolverError(.invalid, "\(what) has no valid host") }
        guard Self.isPath(path) else {
            throw ResolverError(
                .invalid, "\(what) has something other than a plain path (no query, fragment, dot segments or double slashes)")
        }
        guard !isPlain || Self.isLoopback(host) else {
            throw ResolverError(
                .refused, "\(what) is plain http to another machine, where anybody on the way could read the key", hint: "use https://")
        }
        var text = (isPlain ? "http://" : "https://") + authority.lowercased() + path
        while text.hasSuffix("/") { text.removeLast() }
        self.text = text
        self.host = host
        self.port = port
    }

    /// Refuses `<account_id>`, `${NAME}` and `{model}` that nothing has replaced.
    static func refusePlaceholder(_ text: String, _ what: String) throws(ResolverError) {
        guard text.utf8.contains(where: { "<>{}$".utf8.contains($0) }) else { return }
        // Only what is plainly a setting's name is repeated.
        let name = text.split(separator: "<").dropFirst().first?.prefix { $0 != ">" }
        let field = name.flatMap { ProviderFields.placeholders[String($0)] }
        throw ResolverError(
            .refused, "\(what) has a placeholder that nothing replaces\(field.map { ": <\($0.rawValue)>" } ?? "")",
            hint: field.map { "set \($0.rawValue) in the provider's table of warder.toml" })
    }

    private static func split(_ authority: Substring) -> (String, Int?)? {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard isIPv6(host), rest.isEmpty || rest.hasPrefix(":") else { return nil }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            if let colon = authority.firstIndex(of: ":") {
                host = authority[..<colon]
                port = authority[authority.index(after: colon)...]
            }
            guard isHostName(host.lowercased()) else { return nil }
        }
        guard let port else { return (host.lowercased(), nil) }
        guard port.utf8.count <= 5, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(port),
            (1...65535).contains(number)
        else { return nil }
        return (host.lowercased(), number)
    }

    /// Labels of letters, digits and hyphens. A last label of digits makes it an IPv4 address, which has four numbers.
    private static func isHostName(_ host: String) -> Bool {
        let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard (1...253).contains(host.utf8.count) else { return false }
        for label in labels {
            guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else { return false }
            guard label.allSatisfy({ $0.isLowerOrDigit || $0 == UInt8(ascii: "-") }) else {
                return false
            }
        }
        guard let last = labels.last, let first = last.first, (0x30...0x39).contains(first) else { return true }
        return labels.count == 4
            && labels.allSatisfy { label in
                guard let number = Int(Substring(label)), label.count == String(number).utf8.count else { return false }
                return (0...255).contains(number)
            }
    }

    private static func isIPv6(_ host: Substring) -> Bool {
        var address = in6_addr()
        return unsafe host.utf8.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) }
            && inet_pton(AF_INET6, String(host), &address) == 1
    }

    /// Source: RFC 3986, section 3.3, without empty segments and dot segments.
    static func isPath(_ path: Substring) -> Bool {
        let others = Array("-._~!&'()*+,;=:@/".utf8)
        var previous: UInt8 = 0
        for byte in path.utf8 {
            let isPlain = byte.isAlphanumeric || others.contains(byte)
            guard isPlain, byte != UInt8(ascii: "/") || previous != UInt8(ascii: "/") else { return false }
            previous = byte
        }
        return !path.split(separator: "/").contains { $0 == "." || $0 == ".." }
    }

    /// Whether an address names this machine: `localhost`, 127.0.0.0/8 and `::1`.
    static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0).map(String.init) == String($0) }
    }
}
