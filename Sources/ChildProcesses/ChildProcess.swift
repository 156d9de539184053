internal import CPlatform
internal import Glibc
internal import PrivateFiles
public import SodiumCrypto

/// A program to be run without a shell: by its absolute path, with exactly these arguments and this environment.
///
/// What goes to its standard input and comes from its standard output may be secret and stays in memory that is wiped. Nothing
/// secret belongs into the arguments, which every user of the machine can see.
public struct ChildProcess: Sendable {
    /// The program's absolute path.
    public var program: String
    /// What follows its name.
    public var arguments: [String]
    /// Its whole environment.
    public var environment: [String: String]
    /// What it reads; nil for nothing.
    public var input: SecretValue?
    /// How long it may run, in seconds. It and its group of processes are killed then.
    public var timeLimit: Double
    /// How many bytes it may write to standard output. It is killed when it writes more.
    public var maximumOutput: Int

    /// - Parameters:
    ///   - program: the program's absolute path.
    ///   - arguments: what follows its name.
    ///   - environment: its whole environment; see ``usualEnvironment``.
    ///   - input: what it reads.
    ///   - timeLimit: how long it may run, in seconds.
    ///   - maximumOutput: how many bytes it may write to standard output.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String] = ChildProcess.usualEnvironment,
        input: SecretValue? = nil, timeLimit: Double = 15, maximumOutput: Int = 1 << 20
    ) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.timeLimit = timeLimit
        self.maximumOutput = maximumOutput
    }

    /// How a program ended.
    public struct Outcome: Sendable {
        /// Its exit code, or 128 and the number of the signal that ended it.
        public let status: Int32
        /// What it wrote to standard output.
        public let output: SecretValue
        /// The first 64 KiB of what it wrote to standard error.
        public let errors: String
    }

    /// A search path without the working directory, and English messages.
    public static let usualEnvironment = ["PATH": standardSearchPath, "LC_ALL": "C.UTF-8"]

    /// Where programs are when nothing says otherwise.
    public static let standardSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// The path of a program in the first absolute directory of a search path that has it.
    public static func find(_ name: String, in searchPath: String = standardSearchPath) -> String? {
        for directory in searchPath.split(separator: ":") where directory.hasPrefix("/") {
            let candidate = "\(directory)/\(name)"
            if unsafe access(candidate, X_OK) == 0 { return candidate }
        }
        return nil
    }

    /// Runs it to its end.
    ///
    /// - Throws: ``ChildProcessError``.
    public func run() throws(ChildProcessError) -> Outcome {
        let input = try Pipe(), output = try Pipe(), errors = try Pipe()
        let process = try spawn(input: input.reading, output: output.writing, errors: errors.writing)
        input.closeReading()
        output.closeWriting()
        errors.closeWriting()
        var exchange = Exchange(input: input, output: output, errors: errors, content: self.input, maximumOutput: maximumOutput)
        let failure = exchange.run(until: Clock.now + timeLimit)
        if failure != nil { kill(-process, SIGKILL) }
        let status = Self.wait(process, until: Clock.now + (failure == nil ? timeLimit : 5))
        // What it left running in its group would keep what it was given.
        kill(-process, SIGKILL)
        if let failure { throw ChildProcessError(failure, program) }
        guard let status else { throw ChildProcessError(.timeLimit, program) }
        guard let result = exchange.takeOutput() else { throw ChildProcessError(.memory, program) }
        return Outcome(status: status, output: result, errors: String(decoding: exchange.errorText, as: UTF8.self))
    }

    /// Starts it in a group of its own, with default signal handling and the three descriptors alone.
    private func spawn(input: Int32, output: Int32, errors: Int32) throws(ChildProcessError) -> pid_t {
        guard program.hasPrefix("/"), !([program] + arguments).contains(where: { $0.utf8.contains(0) }) else {
            throw ChildProcessError(.start, program)
        }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, source) in [(Int32(0), input), (1, output), (2, errors)] {
            unsafe posix_spawn_file_actions_adddup2(&actions, source, number)
        }
        unsafe platform_spawn_without_descriptors(&actions)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t(), all = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        let words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        let lines = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (words + lines).forEach { unsafe free($0) } }
        var process: pid_t = 0
        guard unsafe posix_spawn(&process, program, &actions, &attributes, words, lines) == 0 else {
            throw ChildProcessError(.start, program)
        }
        return process
    }

    /// Its exit code, or nil if it had to be killed at that time.
    private static func wait(_ process: pid_t, until end: Double) -> Int32? {
        var status: Int32 = 0
        var pause: UInt32 = 200
        while true {
            let ended = retrying { unsafe waitpid(process, &status, WNOHANG) }
            if ended == process { break }
            guard ended == 0 else { return nil }
            if Clock.now > end {
                kill(-process, SIGKILL)
                _ = retrying { unsafe waitpid(process, &status, 0) }
                return nil
            }
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}

/// Seconds that no change of the wall clock moves.
enum Clock {
    static var now: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
