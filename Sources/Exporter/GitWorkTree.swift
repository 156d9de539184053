internal import Glibc
internal import PrivateFiles

/// Whether git would take a file into a commit.
enum GitWorkTree {
    enum Sight {
        /// No work tree, or it ignores the file.
        case no
        /// `git add` would take it, or it is tracked already.
        case yes
        /// There is a work tree, but git is not installed or fails there.
        case unknown
    }

    /// Asks git about a file that need not exist.
    ///
    /// - Throws: ``ExportError/Code/file(_:)`` if the directory does not exist.
    static func sees(_ path: String, searchPath: String = searchPath()) throws(ExportError) -> Sight {
        let (parent, name) = PrivateFile.split(path)
        guard let resolved = unsafe realpath(parent, nil) else {
            throw ExportError(.file(.notFound), "\(parent): there is no such directory")
        }
        defer { unsafe free(resolved) }
        let directory = unsafe String(cString: resolved)
        guard isInWorkTree(directory) else { return .no }
        guard let git = executable(in: searchPath) else { return .unknown }
        // What a repository could make git run is switched off; the "./" keeps git from reading a name such as ":(top)x" as a pattern.
        let arguments = [
            "git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", directory, "check-ignore", "-q", "--", "./\(name)",
        ]
        return switch run(git, arguments, environment()) {
        case 0: .no
        case 1: .yes
        default: .unknown
        }
    }

    /// Whether a `.git`, directory or file, stands in a directory or above it.
    private static func isInWorkTree(_ directory: String) -> Bool {
        var path = directory[...]
        while true {
            if unsafe access("\(path)/.git", F_OK) == 0 { return true }
            guard let slash = path.lastIndex(of: "/") else { return false }
            path = path[..<slash]
        }
    }

    /// `git` in the first absolute directory of the search path that has it.
    private static func executable(in searchPath: String) -> String? {
        for directory in searchPath.split(separator: ":") where directory.hasPrefix("/") {
            let candidate = "\(directory)/git"
            if unsafe access(candidate, X_OK) == 0 { return candidate }
        }
        return nil
    }

    /// What git needs to find the user's own ignore rules, and no `GIT_` variable that points it elsewhere.
    private static func environment() -> [String] {
        var entries = ["PATH=\(searchPath())", "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0"]
        for name in ["HOME", "XDG_CONFIG_HOME"] {
            if let value = variable(name) { entries.append("\(name)=\(value)") }
        }
        return entries
    }

    static func searchPath() -> String { variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin" }

    private static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// Runs a program without a shell, with null standard streams, and waits for its exit status.
    ///
    /// Warder opens all its descriptors close-on-exec. Source: posix_spawn(3), waitpid(2).
    private static func run(_ program: String, _ arguments: [String], _ environment: [String]) -> Int32? {
        var actions = unsafe posix_spawn_file_actions_t()
        guard unsafe posix_spawn_file_actions_init(&actions) == 0 else { return nil }
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor in Int32(0)...2 {
            guard unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0) == 0 else { return nil }
        }
        var argv: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer { unsafe (argv + envp).forEach { unsafe free($0) } }
        var child: pid_t = 0
        guard unsafe posix_spawn(&child, program, &actions, nil, &argv, &envp) == 0 else { return nil }
        var status: Int32 = 0
        guard retrying({ unsafe waitpid(child, &status, 0) }) == child, status & 0x7F == 0 else { return nil }
        return (status >> 8) & 0xFF
    }
}
