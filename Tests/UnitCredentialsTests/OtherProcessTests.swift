import Foundation
import Glibc
import SodiumCrypto
import Testing

@testable import UnitCredentials

/// Questions from other processes: many at once, and another user's.
struct OtherProcessTests {
    /// Asks COUNT times at once under names of systemd's, and reads the answers when all are connected. Prints how many bytes each has.
    private static let client = """
        import os, resource, socket, sys
        path, count = sys.argv[1], int(sys.argv[2])
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        sockets = []
        for number in range(count):
            end = socket.socket(socket.AF_UNIX)
            end.bind(b'\\0%x/unit/u%d.service/key' % (int.from_bytes(os.urandom(8), 'big'), number))
            end.connect(path)
            end.shutdown(socket.SHUT_WR)
            sockets.append(end)
        for number, end in enumerate(sockets):
            answer = b''
            while piece := end.recv(65536): answer += piece
            print(number, len(answer), answer[:8].rstrip(b'.').decode())
        """

    private func ask(_ path: String, _ count: Int, through words: [String] = []) throws -> (status: Int32, lines: [String]) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words + ["/usr/bin/python3", "-I", "-c", Self.client, path, "\(count)"]
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    @Test func `five hundred units that start at once all get their own value`() async throws {
        let live = try await LiveServer()
        var snapshot = CredentialSnapshot()
        for number in 0..<500 {
            let value = Array("v\(number)".utf8) + [UInt8](repeating: UInt8(ascii: "."), count: 20_000)
            snapshot.add(
                UnitCredential(value: try .init(copying: value), consumer: "c\(number)", sources: []), named: "key",
                to: "u\(number).service")
        }
        live.server.serve(snapshot)
        let result = try ask(live.path, 500)
        #expect(result.status == 0 && result.lines == (0..<500).map { "\($0) \(20_001 + "\($0)".count) v\($0)" })
        #expect(try await live.events(500).allSatisfy { if case .given = $0 { true } else { false } })
    }

    @Test func `a process of another user that takes systemd's name gets nothing`() async throws {
        guard getuid() == 0 else { return print("SKIPPED: another user's process: only root can be another user") }
        let live = try await LiveServer()
        var snapshot = CredentialSnapshot()
        snapshot.add(UnitCredential(value: try .init(copying: [1]), consumer: "c", sources: []), named: "key", to: "u0.service")
        live.server.serve(snapshot)
        // It may reach the socket.
        unsafe _ = chmod(live.path, 0o666)
        unsafe _ = chmod(String(live.path.dropLast(2)), 0o755)
        let result = try ask(live.path, 1, through: ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"])
        #expect(result.status == 0 && result.lines == ["0 0 "])
        guard case .refused(let refusal)? = try await live.events(1).first else { return #expect(Bool(false), "it was given") }
        #expect(refusal.reason == .foreign && refusal.user == 65534 && refusal.question == nil)
    }
}
