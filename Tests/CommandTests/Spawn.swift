import Foundation
import Glibc
import Testing

/// A process in a session of its own, so that it has no terminal, with no environment but what is named here.
struct Spawn {
    /// The program's path.
    var program: String
    var arguments: [String]
    var environment: [String: String]
    var directory: String
    /// What each descriptor is: a path to read from, or for 1 and 2 to write to. Nil closes it.
    var descriptors: [Int32: String?]

    /// Starts it.
    func start() throws -> pid_t {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for number in descriptors.keys.sorted() {
            if let path = descriptors[number] ?? nil {
                let flags = number == 1 || number == 2 ? O_WRONLY | O_CREAT | O_APPEND : O_RDONLY
                unsafe posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o600)
            } else {
                unsafe posix_spawn_file_actions_addclose(&actions, number)
            }
        }

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let newSession: Int16 = 0x80
        unsafe posix_spawnattr_setflags(&attributes, newSession | Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        // env(1) becomes the program once it is in the directory.
        let words = unsafe (["/usr/bin/env", "-C", directory, program] + arguments).map { unsafe strdup($0) } + [nil]
        let lines = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
        defer { unsafe (words + lines).forEach { unsafe free($0) } }
        var process: pid_t = 0
        let code = unsafe posix_spawn(&process, "/usr/bin/env", &actions, &attributes, words, lines)
        try #require(code == 0, "the program cannot be started")
        return process
    }

    /// Waits for its end; kills it after a minute.
    ///
    /// - Returns: its exit code, or 128 and the number of the signal that ended it.
    static func wait(_ process: pid_t, seconds: Double = 60) -> Int32 {
        let end = Date.now.addingTimeInterval(seconds)
        var status: Int32 = 0
        while unsafe waitpid(process, &status, WNOHANG) == 0 {
            if Date.now > end { kill(process, SIGKILL) }
            usleep(1000)
        }
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}
