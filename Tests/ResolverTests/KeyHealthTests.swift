import Profiles
import Testing

@testable import Resolver

/// How long keys rest, and what answers say of them.
@Suite struct KeyHealthTests {
    private let key = RestSubject(key: KeyIdentity(provider: "p", origin: .secret(SecretGeneration(name: "K", generation: 1))), model: nil)
    private let start = ContinuousClock.now

    /// How long the key rests after each of several outcomes, each noted when the rest before it has ended.
    private func rests(_ outcomes: [RequestOutcome]) -> [Int] {
        var health = KeyHealth()
        var time = start
        return outcomes.map { outcome in
            health.note(outcome, for: key, now: time)
            let until = health.rest(of: key, now: time)?.until ?? time
            defer { time = until }
            return Int((until - time).components.seconds)
        }
    }

    @Test func `rests grow with each failure in a row up to their longest`() {
        let refused = [300, 600, 1200, 2400, 3600, 3600]
        #expect(rests(Array(repeating: .unauthorized, count: 6)) == refused)
        #expect(rests(Array(repeating: .forbidden, count: 6)) == refused)
        #expect(rests(Array(repeating: .rateLimited(retryAfter: nil), count: 8)) == [10, 20, 40, 80, 160, 320, 600, 600])
        #expect(rests(Array(repeating: .unavailable, count: 8)) == [1, 2, 4, 8, 16, 32, 60, 60])
        #expect(rests([.unavailable, .unavailable, .accepted, .unavailable]) == [1, 2, 0, 1])
        #expect(KeyHealth.rest(after: .unauthorized, failures: .max) == .seconds(3600))
        #expect(KeyHealth.rest(after: .unauthorized, failures: 0, isFromVault: false) == .seconds(10))
        #expect(KeyHealth.rest(after: .unauthorized, failures: .max, isFromVault: false) == .seconds(600))
        #expect(KeyHealth.rest(after: .forbidden, failures: 0, isFromVault: false) == .seconds(300))
    }

    @Test func `an answer that says how long is believed, from a second to an hour`() {
        let waits: [Duration] = [.zero, .milliseconds(1), .seconds(1), .seconds(90), .seconds(3600), .seconds(1 << 40), .seconds(-5)]
        #expect(
            waits.map { KeyHealth.rest(after: .rateLimited(retryAfter: $0), failures: 0) }
                == [1, 1, 1, 90, 3600, 3600, 1].map { .seconds($0) })
    }

    @Test func `requests that were under way together fail once, and shorten nothing`() {
        var health = KeyHealth()
        health.note(.rateLimited(retryAfter: .seconds(100)), for: key, now: start)
        for _ in 0..<20 { health.note(.rateLimited(retryAfter: nil), for: key, now: start) }
        #expect(health.rest(of: key, now: start)?.until == start + .seconds(100))
        let later = start + .seconds(100)
        #expect(health.rest(of: key, now: later)?.until == nil)
        health.note(.rateLimited(retryAfter: nil), for: key, now: later)
        #expect(health.rest(of: key, now: later)?.until == later + .seconds(20))
        // A longer rest does count.
        health.note(.unauthorized, for: key, now: later)
        #expect(health.rest(of: key, now: later)?.until == later + .seconds(600))
    }

    @Test func `keys of different providers and generations have nothing to do with each other`() {
        var health = KeyHealth()
        #expect(health.isEmpty)
        health.note(.unauthorized, for: key, now: start)
        #expect(!health.isEmpty)
        #expect(health.rest(of: RestSubject(key: KeyIdentity(provider: "q", origin: .variable("K")), model: nil), now: start) == nil)
        #expect(health.rest(of: RestSubject(key: KeyIdentity(provider: "p", origin: .file("K")), model: nil), now: start) == nil)
    }

    // MARK: Answers

    @Test func `a status says something about the key or nothing`() {
        let rows: [(statuses: [Int], outcome: RequestOutcome?)] = [
            ([200, 201, 204], .accepted), ([401], .unauthorized), ([402, 403], .forbidden),
            ([429], .rateLimited(retryAfter: nil)), ([500, 502, 503, 524, 529, 599], .unavailable),
            ([0, 100, 301, 304, 400, 404, 405, 408, 409, 413, 422, 600, -1], nil),
        ]
        for row in rows { for status in row.statuses { #expect(RequestOutcome(status: status) == row.outcome, "\(status)") } }
    }

    /// 784111777 is the date of the examples of RFC 9110, section 5.6.7.
    @Test(arguments: [
        ("120", 120), ("0", 0), ("99999999999999999999", nil), ("9223372036854775807", 1 << 40), ("-1", nil), ("1.5", nil), ("", nil),
        ("soon", nil),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 100), ("Sun, 06 Nov 1994 08:47:57 GMT", 0), ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 06 Non 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 1994 08:49 GMT", nil),
        ("Sun, 06 Nov 1994 08:xx:49:37 GMT", nil), ("Sun, 06 Nov 1994 24:00:00 GMT", nil), ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
        ("Sun, 00 Nov 1994 08:49:37 GMT", nil), ("Sun, 06 Nov 99999999999 08:49:37 GMT", nil),
    ])
    func `an answer asks to wait for seconds or until a date`(_ text: String, _ seconds: Int?) {
        let outcome = RequestOutcome(status: 429, now: 784_111_677) { $0 == "retry-after" ? text : nil }
        #expect(outcome == .rateLimited(retryAfter: seconds.map { .seconds($0) }))
    }

    @Test func `milliseconds are more exact, and come first`() {
        func outcome(_ milliseconds: String) -> RequestOutcome? {
            RequestOutcome(status: 429) { ["retry-after-ms": milliseconds, "retry-after": "7"][$0] }
        }
        #expect(outcome("1500") == .rateLimited(retryAfter: .milliseconds(1500)))
        #expect(outcome("-1") == .rateLimited(retryAfter: .zero))
        #expect(outcome("x") == .rateLimited(retryAfter: .seconds(7)))
        #expect(outcome("99999999999999999999") == .rateLimited(retryAfter: .seconds(7)))
    }
}
