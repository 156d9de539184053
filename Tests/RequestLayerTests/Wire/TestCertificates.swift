import Foundation
import NIOSSL
import Testing

/// An authority of the tests' own and certificates from it, made by openssl(1).
struct TestCertificates: Sendable {
    let directory: String

    static let shared = Result { try TestCertificates() }

    /// The authority's certificate.
    var authority: String { "\(directory)/ca.pem" }

    enum Kind: String { case good, expired, other, addressed }

    private init() throws {
        directory = "/tmp/warder-wire-ca-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        atexit {
            if case .success(let made) = TestCertificates.shared { try? FileManager.default.removeItem(atPath: made.directory) }
        }
        let script = """
            set -e; cd \(directory)
            key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"; }
            key ca
            openssl req -x509 -new -key ca.key -subj '/CN=Test authority' -days 30 -out ca.pem
            leaf() {
                key "$1"
                openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr"
                printf 'subjectAltName=%s\\n' "$2" >"$1.ext"
                openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "$3" -extfile "$1.ext" -out "$1.pem"
            }
            leaf good DNS:localhost,IP:127.0.0.1 30
            leaf addressed IP:127.0.0.1 30
            leaf other DNS:elsewhere.example 30
            leaf expired DNS:localhost,IP:127.0.0.1 0
            """
        guard let pipe = unsafe popen("{ \(script)\n} >/dev/null 2>&1", "r"), unsafe pclose(pipe) == 0 else { throw CancellationError() }
    }

    /// A server's side of TLS.
    func server(_ kind: Kind = .good, protocols: [String] = [], maximum: TLSVersion? = nil) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile("\(directory)/\(kind.rawValue).pem").map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: "\(directory)/\(kind.rawValue).key", format: .pem)))
        configuration.applicationProtocols = protocols
        configuration.maximumTLSVersion = maximum
        if maximum != nil { configuration.minimumTLSVersion = .tlsv1 }
        return try NIOSSLContext(configuration: configuration)
    }
}
