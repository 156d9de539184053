internal import SodiumCrypto
internal import Synchronization

/// What programs have printed, kept for five minutes in locked memory.
///
/// One program runs at a time: of requests that come together the first starts it, and the others wait for what it prints.
final class ProgramKeys: Sendable {
    private struct Kept {
        let value: SecretValue
        let until: ContinuousClock.Instant
    }

    private let kept = Mutex<[[String]: Kept]>([:])
    private let now: @Sendable () -> ContinuousClock.Instant

    private static let lifetime = Duration.seconds(300)

    init(now: @escaping @Sendable () -> ContinuousClock.Instant) { self.now = now }

    /// What a program has printed, or prints now.
    func value(of words: [String], run: () throws -> SecretValue) throws -> SecretValue {
        try kept.withLock { kept in
            if let found = kept[words], found.until > now() { return found.value }
            let value = try run()
            kept[words] = Kept(value: value, until: now() + Self.lifetime)
            return value
        }
    }

    /// Lets every program be asked again.
    func forget() { kept.withLock { $0 = [:] } }
}
