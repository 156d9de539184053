internal import Glibc

/// The program `warderd`.
public enum WarderdProgram {
    /// Runs the daemon.
    public static func main() -> Never { exit(2) }
}
