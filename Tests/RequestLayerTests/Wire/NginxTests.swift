import Foundation
import NIOCore
import Testing

@testable import RequestLayer

/// nginx on loopback, with TLS and HTTP/2 on one port and plain HTTP/1.1 on another.
private final class Nginx {
    let securePort: Int
    let plainPort: Int
    private let directory: String

    init() throws {
        let certificates = try TestCertificates.shared.get()
        directory = "/tmp/warder-wire-nginx-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let ports = try (0..<2).map { _ in
            let (descriptor, port) = try Rig.listen()
            close(descriptor)
            return port
        }
        (securePort, plainPort) = (ports[0], ports[1])
        let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(directory)/\($0);" }.joined(
            separator: " ")
        let configuration = """
            worker_processes 1; pid \(directory)/pid; error_log \(directory)/log crit; daemon on;
            events {}
            http {
                access_log off; client_max_body_size 100m; \(places)
                server {
                    listen 127.0.0.1:\(securePort) ssl http2; listen 127.0.0.1:\(plainPort);
                    ssl_certificate \(certificates.directory)/good.pem; ssl_certificate_key \(certificates.directory)/good.key;
                    root \(directory)/www; gzip on; gzip_types text/plain; gzip_min_length 1; default_type text/plain;
                    location /protocol { return 200 "$server_protocol $http_x_injected $http_host"; }
                    location /gone { return 444; }
                }
            }
            """
        try FileManager.default.createDirectory(atPath: "\(directory)/www", withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory)
        try Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }).write(
            to: URL(fileURLWithPath: "\(directory)/www/large.bin"))
        try Data(String(repeating: "the same words again. ", count: 500).utf8).write(to: URL(fileURLWithPath: "\(directory)/www/words.txt"))
        try configuration.write(toFile: "\(directory)/conf", atomically: true, encoding: .utf8)
        guard let pipe = unsafe popen("PATH=$PATH:/usr/sbin nginx -p \(directory) -c \(directory)/conf >/dev/null 2>&1", "r"),
            unsafe pclose(pipe) == 0
        else { throw CancellationError() }
    }

    deinit {
        if let text = try? String(contentsOfFile: "\(directory)/pid", encoding: .utf8), let process = pid_t(text.dropLast()) {
            kill(process, SIGTERM)
            // It takes its files away itself, which must not happen meanwhile.
            for _ in 0..<400 where kill(process, 0) == 0 { usleep(5000) }
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}

@Suite struct `nginx as the server` {
    @Test(arguments: [true, false])
    func `is spoken to in its protocol, and everything comes through`(isSecure: Bool) async throws {
        let nginx = try Nginx()
        let rig: Rig
        if isSecure {
            rig = try await `TLS to servers`.rig(port: nginx.securePort)
        } else {
            rig = try await Rig(TestGate(port: nginx.plainPort))
        }
        let client = try await rig.connect()
        try await client.send("GET /protocol HTTP/1.1\r\nHost: a.name\r\n\r\n")
        #expect(try await client.response().hasSuffix("\r\n\r\n\(isSecure ? "HTTP/2.0" : "HTTP/1.1") by the gate a.name"))

        for _ in 0..<3 {
            client.forget()
            try await client.send("GET /large.bin HTTP/1.1\r\nHost: a.name\r\n\r\n")
            try await RawConnection.wait(for: "the whole body") { client.count > 3_000_000 }
            let isSame = client.bytes.suffix(3_000_000).elementsEqual((0..<3_000_000).lazy.map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
            #expect(isSame)
        }
        client.forget()
        // Compressed for who asks for it, and untouched on the way.
        try await client.send("GET /words.txt HTTP/1.1\r\nHost: a.name\r\nAccept-Encoding: gzip\r\n\r\n")
        try await RawConnection.wait(for: "the end") { client.bytes.suffix(5) == Array("0\r\n\r\n".utf8)[...] }
        #expect(client.text.lowercased().contains("content-encoding: gzip\r\n"))
        #expect(client.count < 2000)
        client.forget()

        // A large body is answered; over HTTP/2 before it has gone, which ends the client's connection after the answer.
        let other = try await rig.connect()
        let body = [UInt8](repeating: 0x78, count: 2_000_000)
        try? await other.send(Array("POST /protocol HTTP/1.1\r\nHost: a.name\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
        #expect(try await other.response().hasSuffix("by the gate a.name"))
        try await client.send("HEAD /large.bin HTTP/1.1\r\nHost: a.name\r\n\r\n")
        try await client.wait(for: "\r\n\r\n")
        #expect(client.text.lowercased().contains("content-length: 3000000\r\n"))
        client.forget()
        try await client.send("GET /gone HTTP/1.1\r\nHost: a.name\r\n\r\n")
        #expect(try await client.response().hasPrefix("HTTP/1.1 502 "))
    }
}
