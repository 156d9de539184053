import Foundation
import Glibc
import Testing

/// A web server on this machine that answers `{}` and writes down what it was asked, byte for byte. It ends with its owner.
final class RecordingServer {
    let port: Int
    private let process: pid_t
    private let directory: String

    /// One request, as it came.
    struct Request: CustomStringConvertible, CustomTestStringConvertible, CustomReflectable {
        /// `POST /path HTTP/1.1`
        let line: String
        let headers: [(name: String, value: String)]
        let body: String

        /// The headers that the client did not add itself, by name in lower case.
        func headers(without own: Set<String>) -> [String: String] {
            var found: [String: String] = [:]
            for header in headers where !own.contains(header.name.lowercased()) { found[header.name.lowercased()] = header.value }
            return found
        }

        /// The only header of that name, in whatever case.
        subscript(name: String) -> String? {
            let found = headers.filter { $0.name.lowercased() == name }
            return found.count == 1 ? found[0].value : nil
        }

        var description: String { line }
        var testDescription: String { line }
        var customMirror: Mirror { Mirror(self, children: []) }
    }

    /// Starts it.
    ///
    /// - Parameter directory: where it keeps its records.
    init(in directory: String) throws {
        self.directory = directory
        process = try Spawn(
            program: "/usr/bin/python3", arguments: ["-c", Self.script, directory, "\(getpid())"], environment: ["LANG": "C.UTF-8"],
            directory: directory, descriptors: [0: "/dev/null", 1: "/dev/null", 2: directory + "/server.err"]
        ).start()
        var port: Int?
        for _ in 0..<6000 where port == nil {
            usleep(10_000)
            port = (try? String(contentsOfFile: directory + "/port", encoding: .utf8)).flatMap { Int($0) }
        }
        guard let port else {
            kill(process, SIGKILL)
            throw ServerError()
        }
        self.port = port
    }

    private struct ServerError: Error {}

    deinit {
        kill(process, SIGKILL)
        var status: Int32 = 0
        unsafe waitpid(process, &status, 0)
    }

    /// What it was asked since the last time.
    func requests() throws -> [Request] {
        let path = directory + "/requests"
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        try FileManager.default.removeItem(atPath: path)
        return try data.split(separator: UInt8(ascii: "\n")).map { line in
            let record = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any])
            let headers = (record["headers"] as? [[String]] ?? []).map { (name: $0[0], value: $0[1]) }
            return Request(line: record["line"] as? String ?? "", headers: headers, body: record["body"] as? String ?? "")
        }
    }

    /// Reads requests without a library, which would tidy them up.
    private static let script = """
        import json, os, socketserver, sys, threading, time
        directory, owner = sys.argv[1], int(sys.argv[2])

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                lines = []
                while (line := self.rfile.readline()) not in (b'\\r\\n', b''):
                    lines.append(line.removesuffix(b'\\r\\n').decode('latin-1'))
                if not lines: return
                headers = [line.split(': ', 1) if ': ' in line else [line, ''] for line in lines[1:]]
                length = sum(int(value) for name, value in headers if name.lower() == 'content-length')
                body = self.rfile.read(length).decode('latin-1')
                with open(directory + '/requests', 'a') as file:
                    file.write(json.dumps({'line': lines[0], 'headers': headers, 'body': body}) + '\\n')
                self.wfile.write(b'HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\n{}')

        def watch():
            while os.getppid() == owner: time.sleep(1)
            os._exit(0)

        server = socketserver.TCPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=watch, daemon=True).start()
        with open(directory + '/port.new', 'w') as file: file.write(str(server.server_address[1]))
        os.rename(directory + '/port.new', directory + '/port')
        server.serve_forever()
        """
}
