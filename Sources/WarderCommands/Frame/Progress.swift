internal import Glibc

/// A count on standard error for work that takes longer than a second, if a person may be looking.
struct Progress {
    private let what: String
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var last = ContinuousClock.now

    init(_ what: String, quiet: Bool) {
        self.what = what
        isShown = Console.errorIsTerminal && !quiet
    }

    mutating func show(_ done: Int) {
        let now = ContinuousClock.now
        guard isShown, now - start > .seconds(1), now - last > .milliseconds(200) else { return }
        last = now
        let bytes = Array("\r\(what): \(done)".utf8)
        _ = unsafe Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }

    func finish() {
        if last > start, isShown { Console.say("") }
    }
}
