internal import Glibc
internal import Keystore
internal import Logging
internal import RequestLayer
internal import ServiceLifecycle
internal import Synchronization
internal import WarderCommands

/// Where the daemon writes: one line of JSON for each request, and plain lines for people.
///
/// Requests never wait for it: lines are collected, and written five times a second.
final class AccessLog: Service {
    private let descriptor: Int32?
    private let buffer = Mutex<(bytes: [UInt8], lost: Int)>(([], 0))
    /// For messages: to standard error, with the priorities that the journal reads.
    let logger: Logger

    /// What may wait to be written.
    private static let capacity = 4 << 20

    /// - Parameter place: `stderr`, `none`, or a file, which is appended to.
    init(_ place: String) throws {
        logger = Logger(label: "warderd") { _ in JournalHandler() }
        switch place {
        case "none": descriptor = nil
        case "stderr": descriptor = STDERR_FILENO
        default:
            let opened = unsafe open(place, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard opened >= 0 else {
                throw Failure(.io, "--access-log: the file cannot be opened: \(unsafe String(cString: strerror(errno)))")
            }
            descriptor = opened
        }
    }

    /// A request is over.
    func write(_ record: AccessRecord) {
        guard descriptor != nil else { return }
        append(record.json)
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
            try? await Task.sleep(for: .milliseconds(200))
            flush()
        }
        flush()
    }

    private func append(_ line: String) {
        buffer.withLock { buffer in
            if buffer.bytes.count + line.utf8.count > Self.capacity { return buffer.lost += 1 }
            buffer.bytes += line.utf8
            buffer.bytes.append(UInt8(ascii: "\n"))
        }
    }

    /// Writes what waits.
    func flush() {
        guard let descriptor else { return }
        let (bytes, lost) = buffer.withLock { buffer in
            defer { buffer = ([], 0) }
            return buffer
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        if lost > 0 { say("\(lost) lines of the access log were lost: nobody reads it", level: .warning) }
    }
}

/// Writes messages to standard error, one line each.
///
/// Source: sd-daemon(3), log levels.
struct JournalHandler: LogHandler {
    var logLevel: Logger.Level = .info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let priority =
            switch event.level {
            case .trace, .debug: 7
            case .info: 6
            case .notice: 5
            case .warning: 4
            case .error: 3
            case .critical: 2
            }
        let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let line = "\(event.message)\(fields)"
        let printable = String(String.UnicodeScalarView(line.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
        Console.say(Self.isForJournal ? "<\(priority)>\(printable)" : "warderd: \(printable)")
    }

    /// Whether standard error is the journal's.
    private static let isForJournal = Console.environment("JOURNAL_STREAM") != nil
}
