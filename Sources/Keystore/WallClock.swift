internal import Glibc

/// The time of day.
public enum WallClock {
    /// Milliseconds since 1970 UTC; clock_gettime(2).
    public static func now() -> UInt64 {
        var time = timespec()
        guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0, time.tv_sec >= 0 else { return 0 }
        return UInt64(time.tv_sec) * 1000 + UInt64(time.tv_nsec) / 1_000_000
    }
}
