internal import Glibc
internal import Keystore
internal import Logging
internal import RequestLayer
internal import ServiceLifecycle
internal import Synchronization
internal import WarderCommands

/// Where the daemon writes: one line of JSON for each request, and plain lines for people.
///
/// Nothing ever waits for it: lines are collected, and written as far as their reader takes them.
final class AccessLog: Service {
    /// What is written to one place.
    private struct Queue {
        var bytes: [UInt8] = []
        var lost = 0
    }

    private let descriptor: Int32?
    private let queues = Mutex<[Int32: Queue]>([:])
    private let refusals = Mutex<(second: Int, count: Int)>((0, 0))
    /// For messages: to standard error, with the priorities that the journal reads.
    var logger: Logger { Logger(label: "warderd") { [self] _ in JournalHandler { [self] line in append(line, to: STDERR_FILENO) } } }

    /// What may wait to be written to one place.
    private static let capacity = 4 << 20
    /// Requests of nobody in particular that are written down in a second.
    private static let refusalsPerSecond = 20

    /// - Parameter place: `stderr`, `none`, or a file, which is appended to.
    init(_ place: String) throws {
        switch place {
        case "none": descriptor = nil
        case "stderr": descriptor = STDERR_FILENO
        default:
            let opened = unsafe open(place, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
            guard opened >= 0 else {
                throw Failure(.io, "--access-log: the file cannot be opened: \(unsafe String(cString: strerror(errno)))")
            }
            descriptor = opened
        }
    }

    /// A request is over.
    func write(_ record: AccessRecord) {
        guard let descriptor else { return }
        // Whoever has no token must not fill a disk.
        if record.token == nil, record.refusal != nil, !mayNoteRefusal() { return }
        append(record.json, to: descriptor)
    }

    private func mayNoteRefusal() -> Bool {
        let second = Int(time(nil))
        return refusals.withLock { refusals in
            if refusals.second != second { refusals = (second, 0) }
            refusals.count += 1
            return refusals.count <= Self.refusalsPerSecond
        }
    }

    /// Something that a person should look at.
    func write(_ event: GateEvent) {
        switch event {
        case .echo(let route, let key, let count):
            say("ECHO: a response of \(route) had the secret \(key) in it, \(count) times; it was masked", level: .warning)
        case .keyRefused(let key): say("the key \(key) was refused", level: .warning)
        }
    }

    /// A line for people.
    func say(_ text: String, level: Logger.Level = .notice) { logger.log(level: level, "\(text)") }

    func run() async throws {
        // Ends with the daemon, after all that had something to write.
        while !Task.isCancelled, !Task.isShuttingDownGracefully {
            try? await Task.sleep(for: .milliseconds(100))
            flush()
        }
        flush()
    }

    private func append(_ line: String, to descriptor: Int32) {
        queues.withLock { queues in
            guard queues[descriptor, default: Queue()].bytes.count + line.utf8.count < Self.capacity else {
                queues[descriptor, default: Queue()].lost += 1
                return
            }
            queues[descriptor, default: Queue()].bytes += line.utf8
            queues[descriptor, default: Queue()].bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Writes what the readers take now.
    func flush() {
        queues.withLock { queues in
            for descriptor in queues.keys {
                guard var queue = queues[descriptor] else { continue }
                queue.bytes.removeFirst(Self.write(queue.bytes, to: descriptor))
                if queue.lost > 0, queue.bytes.isEmpty {
                    queue.bytes += Array("{\"lost\":\(queue.lost)}\n".utf8)
                    queue.lost = 0
                }
                queues[descriptor] = queue.bytes.isEmpty ? nil : queue
            }
        }
    }

    /// How much of it went. A pipe that is ready takes a page at once.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int {
        var sent = 0
        while sent < bytes.count {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&waiting, 1, 0) > 0 else { break }
            let part = bytes[sent..<min(bytes.count, sent + 4096)]
            let count = unsafe part.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A reader that is gone for good takes everything there is.
            guard count > 0 else { return errno == EAGAIN ? sent : bytes.count }
            sent += count
        }
        return sent
    }
}
