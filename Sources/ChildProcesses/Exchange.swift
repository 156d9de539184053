internal import CPlatform
internal import Glibc
internal import PrivateFiles
internal import SodiumCrypto

/// A pipe whose ends close themselves, both close-on-exec.
final class Pipe {
    private(set) var reading: Int32
    private(set) var writing: Int32

    init() throws(ChildProcessError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe platform_pipe(&ends) == 0 else { throw ChildProcessError(.start, "pipe") }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        closeReading()
        closeWriting()
    }

    func closeReading() {
        if reading >= 0 { close(reading) }
        reading = -1
    }

    func closeWriting() {
        if writing >= 0 { close(writing) }
        writing = -1
    }
}

/// What passes between this process and a child: its input out, its output and errors in, all at once, so that neither waits for the
/// other for ever.
struct Exchange {
    private let input: Pipe
    private let output: Pipe
    private let errors: Pipe
    private let content: SecretValue?
    private let maximumOutput: Int

    private var sent = 0
    private var chunks: [SecretValue] = []
    private var received = 0
    private(set) var errorText: [UInt8] = []

    init(input: Pipe, output: Pipe, errors: Pipe, content: SecretValue?, maximumOutput: Int) {
        self.input = input
        self.output = output
        self.errors = errors
        self.content = content
        self.maximumOutput = maximumOutput
    }

    /// Passes everything on until the child has closed its ends.
    mutating func run(until end: Double) -> ChildProcessError.Code? {
        // A child that does not read must not stop this process. Only this thread's mask is changed: what a signal does is the whole
        // process's, and other threads start programs, too.
        var pipe = sigset_t(), before = sigset_t()
        unsafe sigemptyset(&pipe)
        unsafe sigaddset(&pipe, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &pipe, &before)
        defer {
            // One that came meanwhile is taken before the mask is as it was.
            var none = timespec()
            unsafe _ = sigtimedwait(&pipe, nil, &none)
            unsafe pthread_sigmask(SIG_SETMASK, &before, nil)
        }
        for number in [input.writing, output.reading, errors.reading] {
            _ = fcntl(number, F_SETFL, fcntl(number, F_GETFL) | O_NONBLOCK)
        }
        if content == nil { input.closeWriting() }
        while output.reading >= 0 || errors.reading >= 0 {
            // A closed end is -1, which poll(2) passes over.
            var descriptors = [
                pollfd(fd: input.writing, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: output.reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: errors.reading, events: Int16(POLLIN), revents: 0),
            ]
            let left = end - Clock.now
            guard left > 0 else { return .timeLimit }
            let ready = unsafe poll(&descriptors, 3, Int32(min(left * 1000 + 1, 60_000)))
            if ready < 0 && errno != EINTR { return .start }
            if ready <= 0 { continue }
            if descriptors[0].revents != 0 { send() }
            if descriptors[1].revents != 0, let failure = receive() { return failure }
            if descriptors[2].revents != 0 { receiveErrors() }
        }
        return nil
    }

    /// What was received, or nil if there is no memory for it.
    func takeOutput() -> SecretValue? {
        try? SecretValue.joined(chunks)
    }

    private mutating func send() {
        guard let content else { return }
        let start = sent
        let number = input.writing
        let count = content.bytes.withBytes { span in
            unsafe span.withUnsafeBytes { unsafe write(number, $0.baseAddress?.advanced(by: start), $0.count - start) }
        }
        if count > 0 { sent += count }
        let isBlocked = count < 0 && (errno == EAGAIN || errno == EINTR)
        if sent == content.count || (count < 0 && !isBlocked) { input.closeWriting() }
    }

    private mutating func receive() -> ChildProcessError.Code? {
        let number = output.reading
        var count = 0
        let chunk = try? SecretBytes(capacity: 64 << 10) { span in
            unsafe span.withUnsafeMutableBytes { buffer, initialized in
                count = unsafe read(number, buffer.baseAddress, buffer.count)
                if count > 0 { initialized = count }
            }
        }
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return nil }
        guard count > 0 else {
            output.closeReading()
            return nil
        }
        guard let chunk else { return .memory }
        received += count
        guard received <= maximumOutput else { return .outputLimit }
        chunks.append(SecretValue(chunk))
        return nil
    }

    private mutating func receiveErrors() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(errors.reading, &buffer, buffer.count)
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return }
        guard count > 0 else { return errors.closeReading() }
        if errorText.count < 64 << 10 { errorText += buffer[..<count] }
    }
}
