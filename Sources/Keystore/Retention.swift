/// How much history a vault keeps: a generation goes only when it is neither among the newest nor young.
public struct Retention: Hashable, Sendable {
    /// How many of the newest generations stay.
    public var generations: Int
    /// For how many days every generation stays.
    public var days: Int

    /// - Parameters:
    ///   - generations: how many of the newest generations stay, at least 1.
    ///   - days: for how many days every generation stays.
    public init(generations: Int = 10, days: Int = 90) {
        self.generations = max(1, generations)
        self.days = max(0, days)
    }

    func isYoung(_ created: UInt64, now: UInt64) -> Bool {
        now <= created || (now - created) / 86_400_000 < UInt64(days)
    }
}
