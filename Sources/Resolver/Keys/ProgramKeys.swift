internal import SodiumCrypto
internal import Synchronization

/// What programs have printed, kept for five minutes in locked memory.
///
/// Each program runs once at a time: of requests that come together the first starts it, and the others wait for what comes of it, which
/// may be its failure. Requests for other programs don't wait.
final class ProgramKeys: Sendable {
    /// One program with its arguments.
    private final class Program: Sendable {
        struct State {
            var printed: (value: SecretValue, until: ContinuousClock.Instant)?
            var failure: (any Error)?
        }

        let state = Mutex(State())
        /// How often it has ended.
        let runs = Atomic(0)
    }

    private let programs = Mutex<[[String]: Program]>([:])
    private let now: @Sendable () -> ContinuousClock.Instant

    private static let lifetime = Duration.seconds(300)

    init(now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

    /// What a program has printed, or prints now.
    func value(of words: [String], run: () throws -> SecretValue) throws -> SecretValue {
        let program = programs.withLock { programs in
            let program = programs[words] ?? Program()
            programs[words] = program
            return program
        }
        let runs = program.runs.load(ordering: .acquiring)
        return try program.state.withLock { state in
            if let printed = state.printed, printed.until > now() { return printed.value }
            // It has failed while this request waited for it.
            if let failure = state.failure, program.runs.load(ordering: .acquiring) != runs { throw failure }
            defer { program.runs.add(1, ordering: .releasing) }
            do {
                let value = try run()
                state = Program.State(printed: (value, now() + Self.lifetime), failure: nil)
                return value
            } catch {
                state = Program.State(printed: nil, failure: error)
                throw error
            }
        }
    }

    /// Lets every program be asked again, without waiting for those that run: what they print now is not kept.
    func forget() { programs.withLock { $0 = [:] } }
}
