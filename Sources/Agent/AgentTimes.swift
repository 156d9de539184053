/// How long an agent keeps a vault unlocked.
public struct AgentTimes: Sendable {
    /// 8 hours in all, and 15 minutes without use.
    public static let standard = AgentTimes(total: 8 * 3600, idle: 15 * 60)

    /// Seconds in all; nil for no limit.
    public var total: Double?
    /// Seconds without use; nil for no limit.
    public var idle: Double?

    /// - Parameters:
    ///   - total: seconds in all; nil for no limit.
    ///   - idle: seconds without use; nil for no limit.
    public init(total: Double?, idle: Double?) {
        self.total = total
        self.idle = idle
    }
}
