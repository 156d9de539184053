internal import NIOSSL

/// Whether a certificate is for a host by its name.
///
/// NIOSSL has verified the certificate by then, but it also accepts one for the address that was connected to. Whoever can answer for the
/// domain name system could come with one for an address of their own, so that is not enough for a server with a name.
enum CertificateName {
    static func matches(_ certificate: NIOSSLCertificate, host: String) -> Bool {
        certificate._subjectAlternativeNames().contains { name in
            name.nameType == .dnsName && matches(String(decoding: name.contents, as: UTF8.self), host: host)
        }
    }

    /// The same name, or one with `*` for the whole first label (RFC 6125, 6.4.3).
    static func matches(_ pattern: String, host: String) -> Bool {
        let pattern = labels(pattern)
        let host = labels(host)
        guard pattern.count == host.count, !host.isEmpty, !host.contains("") else { return false }
        if pattern == host { return true }
        return pattern.count > 2 && pattern[0] == "*" && pattern.dropFirst() == host.dropFirst()
    }

    private static func labels(_ name: String) -> [String] {
        var labels = name.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if labels.last == "" { labels.removeLast() }
        return labels
    }
}
