internal import Synchronization

/// Counters and histograms, for Prometheus and for the status.
final class GateMetrics: Sendable {
    private struct Series: Hashable {
        var route: String
        var status: Int
        var key: String
    }

    private struct Counts {
        var requests: [Series: Int] = [:]
        var refusals: [String: Int] = [:]
        var ends: [String: Int] = [:]
        var durations: [String: Histogram] = [:]
        var firstBytes: [String: Histogram] = [:]
        var tokensIn: [String: Int] = [:]
        var tokensOut: [String: Int] = [:]
        var bytesIn = 0
        var bytesOut = 0
        var attempts = 0
        var echoes = 0
        var recent = RecentRates()
    }

    private let counts = Mutex(Counts())
    /// Names of keys change with the settings: more than these have no series of their own.
    private static let seriesLimit = 4096

    func bound(to table: RouteTable?) {
        let names = Set(table?.entries.keys.map { $0 } ?? [])
        counts.withLock { counts in
            if counts.requests.count > Self.seriesLimit / 2 { counts.requests = counts.requests.filter { names.contains($0.key.route) } }
        }
    }

    func count(_ record: AccessRecord) {
        let route = record.route ?? "none"
        counts.withLock { counts in
            let series = Series(route: route, status: record.status ?? 0, key: record.key ?? "none")
            if counts.requests[series] != nil || counts.requests.count < Self.seriesLimit { counts.requests[series, default: 0] +|= 1 }
            if let refusal = record.refusal { counts.refusals[refusal, default: 0] +|= 1 }
            counts.attempts +|= record.attempts
            counts.bytesIn +|= record.requestBytes
            counts.bytesOut +|= record.responseBytes
            counts.echoes +|= record.echoes
            counts.recent.count(isError: (record.status ?? 599) >= 500, second: record.time / 1000)
            guard record.attempts > 0 else { return }
            if record.end != "complete" { counts.ends[record.end, default: 0] +|= 1 }
            counts.durations[route, default: Histogram()].add(record.milliseconds)
            if let first = record.millisecondsToResponse { counts.firstBytes[route, default: Histogram()].add(first) }
            if let tokens = record.inputTokens { counts.tokensIn[route, default: 0] +|= tokens }
            if let tokens = record.outputTokens { counts.tokensOut[route, default: 0] +|= tokens }
        }
    }

    /// Requests and errors of the last minute, and all there were.
    func totals(second: Int) -> (requests: Int, errors: Int, lastMinute: Int, errorsOfLastMinute: Int, byRoute: [String: Int]) {
        counts.withLock { counts in
            let all = counts.requests.values.reduce(0, +|)
            let errors = counts.requests.filter { $0.key.status >= 500 || $0.key.status == 0 }.values.reduce(0, +|)
            let recent = counts.recent.sum(second: second)
            var byRoute: [String: Int] = [:]
            for (series, count) in counts.requests { byRoute[series.route, default: 0] +|= count }
            return (all, errors, recent.requests, recent.errors, byRoute)
        }
    }

    /// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
    func text(resting: [(key: String, model: String?, seconds: Int)], streams: Int) -> String {
        counts.withLock { counts in
            var text = PrometheusText()
            text.family("warder_requests_total", "counter", "Requests by route, status and key.")
            for (series, count) in counts.requests.sorted(by: {
                ($0.key.route, $0.key.status, $0.key.key) < ($1.key.route, $1.key.status, $1.key.key)
            }) {
                text.sample(
                    "warder_requests_total", [("route", series.route), ("status", String(series.status)), ("key", series.key)], count)
            }
            text.family("warder_refusals_total", "counter", "Requests that Warder answered itself, by reason.")
            for (reason, count) in counts.refusals.sorted(by: { $0.key < $1.key }) {
                text.sample("warder_refusals_total", [("reason", reason)], count)
            }
            text.family("warder_broken_total", "counter", "Responses that did not end well, by who broke off.")
            for (end, count) in counts.ends.sorted(by: { $0.key < $1.key }) { text.sample("warder_broken_total", [("end", end)], count) }
            text.histogram("warder_request_seconds", "From the request's head to the end.", counts.durations)
            text.histogram("warder_response_seconds", "From the request's head to the response's.", counts.firstBytes)
            for (name, what, values) in [
                ("warder_input_tokens_total", "Tokens of requests, as responses say.", counts.tokensIn),
                ("warder_output_tokens_total", "Tokens of responses, as they say.", counts.tokensOut),
            ] {
                text.family(name, "counter", what)
                for (route, count) in values.sorted(by: { $0.key < $1.key }) { text.sample(name, [("route", route)], count) }
            }
            for (name, what, value) in [
                ("warder_attempts_total", "Requests to upstream servers.", counts.attempts),
                ("warder_request_bytes_total", "Bytes of requests' bodies.", counts.bytesIn),
                ("warder_response_bytes_total", "Bytes of responses' bodies.", counts.bytesOut),
                ("warder_echoes_total", "Secrets that were masked in responses.", counts.echoes),
            ] {
                text.family(name, "counter", what)
                text.sample(name, [], value)
            }
            text.family("warder_streams", "gauge", "Requests of tokens under way.")
            text.sample("warder_streams", [], streams)
            text.family("warder_key_rest_seconds", "gauge", "How long keys rest after errors.")
            for row in resting { text.sample("warder_key_rest_seconds", [("key", row.key), ("model", row.model ?? "")], row.seconds) }
            return text.text
        }
    }
}

infix operator +| : AdditionPrecedence
infix operator +|= : AssignmentPrecedence

extension Int {
    /// A sum that stays at the largest number: what servers say must not end the daemon.
    static func +| (left: Int, right: Int) -> Int {
        let (sum, overflows) = left.addingReportingOverflow(right)
        return overflows ? (right < 0 ? .min : .max) : sum
    }

    static func +|= (left: inout Int, right: Int) { left = left +| right }
}

/// How many values there are up to each bound.
struct Histogram: Sendable {
    static let bounds = [1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000]
    private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    private(set) var sum = 0

    mutating func add(_ milliseconds: Int) {
        counts[Self.bounds.firstIndex { milliseconds <= $0 } ?? Self.bounds.count] +|= 1
        sum +|= milliseconds
    }
}

/// Requests of the last minute, by second.
struct RecentRates: Sendable {
    private var requests = [Int](repeating: 0, count: 60)
    private var errors = [Int](repeating: 0, count: 60)
    private var seconds = [Int](repeating: 0, count: 60)

    mutating func count(isError: Bool, second: Int) {
        let slot = second % 60
        if seconds[slot] != second { (seconds[slot], requests[slot], errors[slot]) = (second, 0, 0) }
        requests[slot] +|= 1
        if isError { errors[slot] +|= 1 }
    }

    func sum(second: Int) -> (requests: Int, errors: Int) {
        let fresh = (0..<60).filter { seconds[$0] > second - 60 && seconds[$0] <= second }
        return (fresh.reduce(0) { $0 + requests[$1] }, fresh.reduce(0) { $0 + errors[$1] })
    }
}

/// The text format of Prometheus.
struct PrometheusText {
    private(set) var text = ""

    mutating func family(_ name: String, _ type: String, _ what: String) { text += "# HELP \(name) \(what)\n# TYPE \(name) \(type)\n" }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Int) { sample(name, labels, String(value)) }

    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        let list = labels.map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        text += list.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
    }

    mutating func histogram(_ name: String, _ what: String, _ series: [String: Histogram]) {
        family(name, "histogram", what)
        for (route, histogram) in series.sorted(by: { $0.key < $1.key }) {
            var count = 0
            for (bound, number) in zip(Histogram.bounds.map { Self.seconds($0) } + ["+Inf"], histogram.counts) {
                count +|= number
                sample("\(name)_bucket", [("route", route), ("le", bound)], count)
            }
            sample("\(name)_sum", [("route", route)], Self.seconds(histogram.sum))
            sample("\(name)_count", [("route", route)], count)
        }
    }

    /// Milliseconds as seconds.
    private static func seconds(_ milliseconds: Int) -> String {
        let rest = milliseconds % 1000
        return "\(milliseconds / 1000).\(rest < 100 ? "0" : "")\(rest < 10 ? "0" : "")\(rest)"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
