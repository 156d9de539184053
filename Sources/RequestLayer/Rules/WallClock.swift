internal import Glibc

/// Seconds since 1970 UTC: time(2).
func wallClockSeconds() -> Int { time(nil) }
