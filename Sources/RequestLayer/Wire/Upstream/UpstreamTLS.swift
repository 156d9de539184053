internal import NIOCore
internal import NIOSSL

/// TLS to servers: certificates are always verified, with the configured name, and nothing older than 1.2 is spoken.
struct UpstreamTLS: Sendable {
    private let context: NIOSSLContext

    /// - Throws: an error of NIOSSL if the file of extra certificates can't be read.
    init(extraCertificateFile: String?) throws {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["h2", "http/1.1"]
        if let file = extraCertificateFile {
            configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(file))]
        }
        context = try NIOSSLContext(configuration: configuration)
    }

    /// The handler that encrypts a connection to a server.
    func handler(for server: UpstreamServer) throws -> NIOSSLClientHandler {
        // An address has no server name; the certificate is verified against the address then.
        try NIOSSLClientHandler(context: context, serverHostname: server.isAddress ? nil : server.host)
    }

    /// Whether the certificate of a connection that was verified is the server's by its name.
    static func isFor(_ server: UpstreamServer, _ channel: any Channel) -> Bool {
        if server.isAddress { return true }
        guard let handler = try? channel.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self),
            let certificate = handler.peerCertificate
        else { return false }
        return CertificateName.matches(certificate, host: server.host)
    }
}

extension UpstreamServer {
    /// Whether the host is an IP address.
    fileprivate var isAddress: Bool { (try? SocketAddress(ipAddress: host, port: port)) != nil }
}
