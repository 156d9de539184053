internal import Glibc

/// What came of a request, as far as it says something about its key.
public enum RequestOutcome: Hashable, Sendable {
    /// The key was taken.
    case accepted
    /// 401: the key is not known, or no longer.
    case unauthorized
    /// 402, 403: the key is known and may not, or its account has no money.
    case forbidden
    /// 429: too much was asked for. The duration is what the answer asks to wait.
    case rateLimited(retryAfter: Duration?)
    /// 5xx, or no answer at all.
    case unavailable

    /// The outcome of a status code, or nil if it says nothing about the key: 400, 404 and the like are about the request.
    ///
    /// - Parameters:
    ///   - status: the HTTP status code.
    ///   - header: the answer's headers by lower-case name; `retry-after-ms` and `retry-after` count.
    ///   - now: the time, in seconds since 1970 UTC; that of the clock if nil.
    public init?(status: Int, now: Int? = nil, header: (String) -> String? = { _ in nil }) {
        switch status {
        case 200..<300: self = .accepted
        case 401: self = .unauthorized
        case 402, 403: self = .forbidden
        case 429:
            let milliseconds = header("retry-after-ms").flatMap { Int($0) }.map { Duration.milliseconds(max(0, min($0, 1 << 40))) }
            self = .rateLimited(
                retryAfter: milliseconds ?? header("retry-after").flatMap { Self.duration($0, now: now ?? time(nil)) })
        case 500...599: self = .unavailable
        default: return nil
        }
    }

    /// Seconds, or the time between now and a date.
    ///
    /// Source: RFC 9110, sections 10.2.3 and 5.6.7 (the preferred form of a date only).
    static func duration(_ text: String, now: Int) -> Duration? {
        if let seconds = Int(text), seconds >= 0 { return .seconds(min(seconds, 1 << 40)) }
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]), let year = Int(words[3]), (1970...9999).contains(year) else {
            return nil
        }
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = words[4].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
        // A minute may have a leap second.
        guard let month = names.firstIndex(of: String(words[2])), (1...31).contains(day), clock.count == 3,
            zip(clock, [23, 59, 60]).allSatisfy({ (0...$1).contains($0) })
        else { return nil }
        var fields = unsafe tm()
        unsafe fields.tm_year = Int32(year - 1900)
        unsafe fields.tm_mon = Int32(month)
        unsafe fields.tm_mday = Int32(day)
        unsafe fields.tm_hour = Int32(clock[0])
        unsafe fields.tm_min = Int32(clock[1])
        unsafe fields.tm_sec = Int32(clock[2])
        return .seconds(max(0, unsafe timegm(&fields) - now))
    }
}
