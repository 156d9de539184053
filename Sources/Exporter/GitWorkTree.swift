internal import ChildProcesses
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
    /// - Parameters:
    ///   - path: the file.
    ///   - mayRun: whether git may run there: not as root in a repository of another user, who says what git does in it.
    ///   - searchPath: where git is.
    /// - Throws: ``ExportError/Code/file(_:)`` if the directory does not exist.
    static func sees(_ path: String, mayRun: Bool = true, searchPath: String = searchPath()) throws(ExportError) -> Sight {
        let (parent, name) = PrivateFile.split(path)
        guard let resolved = unsafe realpath(parent, nil) else {
            throw ExportError(.file(.notFound), "\(parent): there is no such directory")
        }
        defer { unsafe free(resolved) }
        let directory = unsafe String(cString: resolved)
        guard isInWorkTree(directory) else { return .no }
        guard mayRun, let git = ChildProcess.find("git", in: searchPath) else { return .unknown }
        return switch run(git, directory, ["check-ignore", "-q", "--", "./\(name)"]) {
        case 0: .no
        case 1: .yes
        default: .unknown
        }
    }

    /// Whether git has a file in its index, and so in its history.
    static func tracks(_ path: String, searchPath: String = searchPath()) -> Bool {
        let (parent, name) = PrivateFile.split(path)
        guard let resolved = unsafe realpath(parent, nil) else { return false }
        defer { unsafe free(resolved) }
        let directory = unsafe String(cString: resolved)
        guard isInWorkTree(directory), let git = ChildProcess.find("git", in: searchPath) else { return false }
        return run(git, directory, ["ls-files", "--error-unmatch", "--", "./\(name)"]) == 0
    }

    /// The exit code of git in a directory. What a repository could make git run is switched off; "./" before a name keeps git from
    /// reading one such as ":(top)x" as a pattern.
    private static func run(_ git: String, _ directory: String, _ arguments: [String]) -> Int32? {
        let safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-C", directory]
        return (try? ChildProcess(git, safe + arguments, environment: environment()).run())?.status
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

    /// What git needs to find the user's own ignore rules, and no `GIT_` variable that points it elsewhere.
    private static func environment() -> [String: String] {
        var entries = ["PATH": searchPath(), "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"]
        for name in ["HOME", "XDG_CONFIG_HOME"] { entries[name] = variable(name) }
        return entries
    }

    /// The user's own, but for root: what another user put there must not run as root.
    static func searchPath() -> String {
        geteuid() == 0 ? ChildProcess.standardSearchPath : variable("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
    }

    private static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
