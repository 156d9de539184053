internal import Glibc

/// What is logged of a request: no values, no bodies, no queries, and of the path only which operation it is.
public struct AccessRecord: Sendable {
    /// When it began, in milliseconds since 1970 UTC.
    public var time: Int
    /// The client token's name; nil on the Unix socket without one.
    public var token: String?
    /// The route or provider that it named; nil if there is none of that name.
    public var route: String?
    /// The provider that answered.
    public var provider: String?
    /// The secret that went with it, by name.
    public var key: String?
    /// That secret's generation.
    public var generation: UInt64?
    /// The method.
    public var method: String
    /// The operation, such as `chat/completions`.
    public var operation: String?
    /// The status that the client saw.
    public var status: Int?
    /// Warder's own word for why it answered itself; nil for an upstream response.
    public var refusal: String?
    /// From the request's head to the end.
    public var milliseconds: Int
    /// From the request's head to the response's.
    public var millisecondsToResponse: Int?
    /// Bytes of the request's body.
    public var requestBytes: Int
    /// Bytes of the response's body.
    public var responseBytes: Int
    /// How many attempts were made.
    public var attempts: Int
    /// What the response says of the tokens it has used up.
    public var inputTokens: Int?
    /// What the response says of the tokens it has used up.
    public var outputTokens: Int?
    /// `cf-aig-cache-status`
    public var cacheStatus: String?
    /// `cf-aig-log-id`
    public var gatewayLog: String?
    /// How often a secret was masked in the response.
    public var echoes: Int
    /// `complete`, `client-gone`, or how the upstream server broke off.
    public var end: String

    /// One line of JSON, without a line feed.
    public var json: String {
        var line = JSONLine()
        line.add("time", Timestamp.text(time))
        line.add("token", token)
        line.add("route", route)
        line.add("provider", provider)
        line.add("key", key)
        line.add("generation", generation.map { Int(clamping: $0) })
        line.add("method", method)
        line.add("operation", operation)
        line.add("status", status)
        line.add("refusal", refusal)
        line.add("ms", milliseconds)
        line.add("ms_to_response", millisecondsToResponse)
        line.add("bytes_in", requestBytes)
        line.add("bytes_out", responseBytes)
        line.add("attempts", attempts)
        line.add("tokens_in", inputTokens)
        line.add("tokens_out", outputTokens)
        line.add("cf_aig_cache_status", cacheStatus)
        line.add("cf_aig_log_id", gatewayLog)
        if echoes > 0 { line.add("echo", echoes) }
        line.add("end", end)
        return line.text
    }
}

/// What the control plane is told besides what is logged.
public enum GateEvent: Sendable {
    /// A response had a secret in it, which was masked.
    case echo(route: String, key: String, count: Int)
    /// A key was refused. Whoever has the settings may find another one now.
    case keyRefused(key: String)
}

/// One object of JSON on one line.
struct JSONLine {
    private var bytes: [UInt8] = [UInt8(ascii: "{")]

    mutating func add(_ name: StaticString, _ value: String?) {
        guard let value else { return addNull(name) }
        begin(name)
        bytes.append(Byte.quote)
        for byte in value.utf8 {
            switch byte {
            case Byte.quote, Byte.backslash: bytes += [Byte.backslash, byte]
            case 0..<0x20, 0x7F:
                bytes += [Byte.backslash, UInt8(ascii: "u"), 0x30, 0x30, Byte.hexDigits[Int(byte >> 4)], Byte.hexDigits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(Byte.quote)
    }

    mutating func add(_ name: StaticString, _ value: Int?) {
        guard let value else { return addNull(name) }
        begin(name)
        bytes += String(value).utf8
    }

    /// The object.
    var text: String { String(decoding: bytes + [UInt8(ascii: "}")], as: UTF8.self) }

    private mutating func addNull(_ name: StaticString) {
        begin(name)
        bytes += "null".utf8
    }

    private mutating func begin(_ name: StaticString) {
        if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
        bytes.append(Byte.quote)
        name.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        bytes += [Byte.quote, UInt8(ascii: ":")]
    }
}

/// Times as RFC 3339 has them.
enum Timestamp {
    /// Milliseconds since 1970 UTC: clock_gettime(2).
    static func now() -> Int {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    /// - Parameter milliseconds: since 1970 UTC.
    static func text(_ milliseconds: Int) -> String {
        let seconds = milliseconds / 1000
        let (days, rest) = (seconds / 86_400, seconds % 86_400)
        // Source: Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, civil_from_days.
        let shifted = days + 719_468
        let (era, dayOfEra) = (shifted / 146_097, shifted % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let thousandth = milliseconds % 1000
        let fraction = (thousandth < 100 ? "0" : "") + two(thousandth)
        return "\(year)-\(two(month))-\(two(day))T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)).\(fraction)Z"
    }
}

extension AccessRecord {
    init(
        time: Int, token: String?, route: String?, method: String, operation: String?, status: Int?, refusal: String?, milliseconds: Int,
        requestBytes: Int, responseBytes: Int, attempts: Int, echoes: Int, end: String
    ) {
        self.time = time
        self.token = token
        self.route = route
        self.method = method
        self.operation = operation
        self.status = status
        self.refusal = refusal
        self.milliseconds = milliseconds
        self.requestBytes = requestBytes
        self.responseBytes = responseBytes
        self.attempts = attempts
        self.echoes = echoes
        self.end = end
    }
}
