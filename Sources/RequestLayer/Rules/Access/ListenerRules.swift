internal import NIOHTTP1

/// What a request must be before anything else about it counts: from this user, or to a name of ours, and from no web page.
struct ListenerRules: Sendable {
    /// The users whose processes may connect to the Unix socket.
    let userIDs: Set<UInt32>
    /// Further values of `host` on TCP, in lower case, with their port.
    let hosts: Set<String>

    /// Why a request is refused before its token is looked at.
    enum Refusal: Hashable {
        /// Another user's process.
        case user
        /// `host` is missing, or there are several.
        case host
        /// `host` is the name of another machine: a name that a web page has made point here.
        case otherHost
        /// A web page made it.
        case browser
        /// The target is none that a proxy of ours takes.
        case method
    }

    func refusal(of head: HTTPRequestHead, from client: ClientAddress) -> Refusal? {
        var host: String?
        var hosts = 0
        var isFromPage = false
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where name.isHeader("host"):
                host = value
                hosts += 1
            case 6 where name.isHeader("origin"): isFromPage = true
            case 14 where name.isHeader("sec-fetch-site"): if !value.isHeader("none") { isFromPage = true }
            case 29 where name.isHeader("access-control-request-method"), 30 where name.isHeader("access-control-request-headers"):
                isFromPage = true
            default: break
            }
        }
        if case .unix(let userID) = client, !userIDs.contains(userID) { return .user }
        guard hosts == 1, let host, Self.isAuthority(host) else { return .host }
        if case .loopback(let port) = client, !isOurs(host, port) { return .otherHost }
        if isFromPage || head.method == .OPTIONS { return .browser }
        switch head.method {
        case .CONNECT, .TRACE: return .method
        default: return nil
        }
    }

    private func isOurs(_ host: String, _ port: Int) -> Bool {
        let given = host.lowercased()
        for name in ["127.0.0.1", "localhost", "[::1]"] where given == "\(name):\(port)" || (port == 80 && given == name) { return true }
        return hosts.contains(given)
    }

    /// Whether a text can be a host with a port.
    private static func isAuthority(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                Byte.isAlphanumeric(byte) || byte == Byte.dot || byte == 0x2D || byte == 0x3A || byte == 0x5B || byte == 0x5D
                    || byte == 0x5F
            }
    }
}

extension String {
    /// Whether it is a header's name, whatever its case.
    ///
    /// - Parameter name: in lower case.
    func isHeader(_ name: StaticString) -> Bool {
        let bytes = utf8
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        return name.withUTF8Buffer { other in
            var index = 0
            for byte in bytes {
                guard Byte.lowercased(byte) == (unsafe other[index]) else { return false }
                index += 1
            }
            return true
        }
    }
}

/// The token that a client gives where its library puts a key.
enum PresentedToken {
    case none
    case one([UInt8])
    /// Several that differ, or one that is none.
    case confused

    init(_ headers: HTTPHeaders) {
        var found: [UInt8]?
        for (name, value) in headers {
            let text: Substring
            switch name.utf8.count {
            case 13 where name.isHeader("authorization"):
                guard let space = value.utf8.firstIndex(of: 0x20), String(value[..<space]).isHeader("bearer") else {
                    self = .confused
                    return
                }
                text = value[value.index(after: space)...]
            case 9 where name.isHeader("x-api-key"), 14 where name.isHeader("x-goog-api-key"), 7 where name.isHeader("api-key"):
                text = value[...]
            default: continue
            }
            let token = Array(text.utf8)
            if token.isEmpty { continue }
            if let found, found != token {
                self = .confused
                return
            }
            found = token
        }
        self = found.map(PresentedToken.one) ?? .none
    }
}
