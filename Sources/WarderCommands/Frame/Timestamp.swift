internal import Keystore

/// Times and spans as people write them.
enum Timestamp {
    /// RFC 3339 in UTC, to the second.
    static func text(_ milliseconds: UInt64) -> String {
        let seconds = Int(milliseconds / 1000)
        let (year, month, day) = date(seconds / 86_400)
        func pad(_ number: Int, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let time = seconds % 86_400
        return "\(pad(year, 4))-\(pad(month))-\(pad(day))T\(pad(time / 3600)):\(pad(time / 60 % 60)):\(pad(time % 60))Z"
    }

    /// How long ago, or how soon: `3d`, `in 5h`.
    static func distance(_ milliseconds: UInt64, now: UInt64) -> String {
        if milliseconds <= now { return span(now - milliseconds) }
        // What was set as 90d a moment ago shows as 90d.
        let rest = milliseconds - now
        return "in " + span(rest + (rest > 86_400_000 ? 3_600_000 : 1000))
    }

    /// A time: a span from now such as `90d`, `12h`, `30m`, `2w`, `1y`, a date `2027-01-31`, or RFC 3339 in UTC.
    ///
    /// - Throws: 2.
    static func parse(_ text: String, now: UInt64) throws -> UInt64 {
        let units: [Character: UInt64] = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000]
        if let unit = text.last.flatMap({ units[$0] }), let count = UInt64(text.dropLast()), count <= 1_000_000 {
            return now + count * unit * 1000
        }
        let fields = text.split(whereSeparator: { "-T:Z".contains($0) }).map { Int($0) }
        let template = text.map { $0.isASCII && $0.isNumber ? "9" : String($0) }.joined()
        guard template == "9999-99-99" || template == "9999-99-99T99:99:99Z", !fields.contains(nil) else {
            throw Failure(.invalid, "a time is a span such as 90d or 12h, a date such as 2027-01-31, or 2027-01-31T12:00:00Z")
        }
        let numbers = fields.compactMap { $0 } + [0, 0, 0]
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        let days = self.days(year, month, day)
        guard year >= 1970, (1...12).contains(month), date(days) == (year, month, day), numbers[3] < 24, numbers[4] < 60, numbers[5] < 60
        else { throw Failure(.invalid, "there is no such date") }
        return UInt64(days * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]) * 1000
    }

    private static func span(_ milliseconds: UInt64) -> String {
        let seconds = milliseconds / 1000
        return switch seconds {
        case ..<60: "\(seconds)s"
        case ..<3600: "\(seconds / 60)m"
        case ..<86_400: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    /// Days since 1970-01-01 as a Gregorian date; 400 years are 146,097 days, counted from a March 1st.
    private static func date(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let yearOfEra = shiftedYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shiftedYear / 400 * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
