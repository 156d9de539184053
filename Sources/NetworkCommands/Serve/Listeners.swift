internal import Agent
internal import CPlatform
internal import Glibc
internal import Keystore
internal import PrivateFiles
internal import WarderCommands

/// The sockets that the daemon listens at. They stay open when it starts itself anew.
struct Listeners: Sendable {
    /// The proxy's: a Unix socket, and TCP on loopback if asked for.
    let proxy: [Int32]
    /// Where units load credentials.
    let credentials: Int32?
    /// The TCP port, if there is one.
    let port: UInt16?
    /// What is said at the start.
    let descriptions: [String]

    /// Tells a daemon that has started itself anew which descriptors it has: `proxy=3,tcp=4,credentials=5`.
    static let variable = "WARDERD_SOCKETS"
    /// Tells it which of them it has made itself: their paths.
    private static let madeVariable = "WARDERD_MADE"

    /// Takes the sockets of the daemon that this one was, those that the service manager has opened, or makes them.
    init(places: RuntimePlaces, port wanted: UInt16?) throws {
        var found = try Self.inherited()
        var made = (Console.environment(Self.madeVariable) ?? "").split(separator: ":").map(String.init)
        for (name, path) in [("proxy", places.proxy), ("credentials", places.credentials)] where found[name] == nil {
            found[name] = try Self.unix(path)
            made.append(path)
        }
        self.made = made
        if found["tcp"] == nil, let wanted {
            let descriptor = platform_listen_loopback(wanted)
            guard descriptor >= 0 else {
                throw Failure(.io, "port \(wanted): \(unsafe String(cString: strerror(errno)))", hints: ["--port 0 takes a free one"])
            }
            found["tcp"] = descriptor
        }
        proxy = ["proxy", "tcp"].compactMap { found[$0] }
        credentials = found["credentials"]
        port = found["tcp"].map { platform_port($0) }
        descriptions = [places.proxy] + (port.map { ["http://127.0.0.1:\($0)"] } ?? [])
        kept = found
    }

    private let kept: [String: Int32]
    /// The files of sockets that this daemon has made, and takes away.
    private let made: [String]

    /// Says in a file which TCP port it is, for programs of this user that look for it.
    func announce(_ places: RuntimePlaces) throws {
        if let port {
            try PrivateFile.write(Array("\(port)\n".utf8), to: places.port, existing: .replace)
        } else {
            try PrivateFile.remove(places.port)
        }
    }

    /// Takes that back. The sockets' files stay if the service manager has made them.
    func remove(_ places: RuntimePlaces) { for path in made + [places.port] { _ = unsafe unlink(path) } }

    /// Makes this process the same program anew, with an empty memory and the same sockets.
    func startAnew() -> Never {
        // What this process has open is its own, connections among them: they end with it.
        platform_close_all_on_execute()
        for descriptor in kept.values { _ = fcntl(descriptor, F_SETFD, 0) }
        let text = kept.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
        unsafe setenv(Self.variable, text, 1)
        unsafe setenv(Self.madeVariable, made.joined(separator: ":"), 1)
        platform_restore_limits()
        let arguments = unsafe CommandLine.arguments.map { unsafe strdup($0) } + [nil]
        unsafe execv("/proc/self/exe", arguments)
        // Nothing may go on with what it has.
        _exit(70)
    }

    private static func inherited() throws -> [String: Int32] {
        var found: [String: Int32] = [:]
        func take(_ name: String, _ descriptor: Int32) throws {
            guard platform_take_any_listener(descriptor) != 0 else {
                throw Failure(.invalid, "descriptor \(descriptor) is no socket that listens")
            }
            found[name] = descriptor
        }
        if let text = Console.environment(variable) {
            unsafe unsetenv(variable)
            for item in text.split(separator: ",") {
                let parts = item.split(separator: "=")
                guard parts.count == 2, let descriptor = Int32(parts[1]) else {
                    throw Failure(.invalid, "\(variable) is not what it should be")
                }
                try take(String(parts[0]), descriptor)
            }
            return found
        }
        guard Console.environment("LISTEN_PID") == "\(getpid())", let count = Int(Console.environment("LISTEN_FDS") ?? "") else {
            return [:]
        }
        let names = (Console.environment("LISTEN_FDNAMES") ?? "").split(separator: ":", omittingEmptySubsequences: false)
        for number in 0..<min(count, 16) {
            let name = number < names.count ? String(names[number]) : ""
            guard ["proxy", "tcp", "credentials"].contains(name) else {
                throw Failure(.invalid, "the service manager's sockets must be named proxy, tcp or credentials (FileDescriptorName=)")
            }
            try take(name, 3 + Int32(number))
        }
        for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(name) }
        return found
    }

    private static func unix(_ path: String) throws -> Int32 {
        do { return try AgentSocket.listen(at: path) } catch {
            guard error.code == .conflict else { throw error }
            throw Failure(.conflict, "\(path): a daemon listens here already")
        }
    }
}
