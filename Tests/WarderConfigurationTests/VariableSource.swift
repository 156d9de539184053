import Profiles
import SodiumCrypto
import Synchronization

/// What a provider under test reads: variables or a failure, which a test exchanges.
final class VariableSource: Sendable {
    struct Failure: Error, Equatable {}

    private struct State {
        var outcome: Result<[EnvironmentVariable], Failure>
        var readings = 0
    }

    private let state: Mutex<State>

    init(_ values: KeyValuePairs<String, String>) throws {
        state = Mutex(State(outcome: .success(try values.map { try variable($0, $1) })))
    }

    func set(_ values: KeyValuePairs<String, String>) throws {
        let variables = try values.map { try variable($0, $1) }
        state.withLock { $0.outcome = .success(variables) }
    }

    func fail() { state.withLock { $0.outcome = .failure(Failure()) } }

    /// How often it was read.
    var readings: Int { state.withLock { $0.readings } }

    @Sendable func read() throws -> [EnvironmentVariable] {
        try state.withLock { state in
            state.readings += 1
            return try state.outcome.get()
        }
    }
}

func variable(_ name: String, _ text: String) throws -> EnvironmentVariable {
    try variable(name, Array(text.utf8))
}

func variable(_ name: String, _ bytes: [UInt8]) throws -> EnvironmentVariable {
    EnvironmentVariable(name: name, value: try SecretValue(copying: bytes))
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        // A linear congruential generator, whose low bits are poor: two of its upper halves make one number.
        func step() -> UInt64 {
            state = state &* 2_862_933_555_777_941_757 &+ 3_037_000_493
            return state >> 32
        }
        return step() << 32 | step()
    }
}
