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
        configuration.applicationProtocols = ["http/1.1"]
        if let file = extraCertificateFile {
            configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(file))]
        }
        context = try NIOSSLContext(configuration: configuration)
    }

    /// The handler that encrypts a connection to a server.
    func handler(for server: UpstreamServer) throws -> NIOSSLClientHandler {
        // An address has no server name; the certificate is verified against the address then.
        let isAddress = (try? SocketAddress(ipAddress: server.host, port: server.port)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : server.host)
    }
}
