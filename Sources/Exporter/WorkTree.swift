internal import CPlatform
internal import Glibc
internal import PrivateFiles

/// Whether git would see a file.
enum WorkTree {
    /// Refuses a path in a git work tree that does not ignore it.
    ///
    /// - Throws: ``ExportError/Code/refused``, also if there is no git to ask.
    static func check(_ path: String) throws(ExportError) {
        let (parent, name) = PrivateFile.split(path)
        guard let resolved = unsafe realpath(parent, nil) else { return }
        defer { unsafe free(resolved) }
        guard let directory = unsafe String(validatingCString: resolved), isInside(directory) else { return }
        guard ignores(name, in: directory) else {
            throw ExportError(
                .refused, "\(path): is in a git work tree that does not ignore it", hint: "add it to .gitignore, or insist with --force")
        }
    }

    private static func isInside(_ directory: String) -> Bool {
        var directory = directory
        while true {
            if unsafe access(directory == "/" ? "/.git" : "\(directory)/.git", F_OK) == 0 { return true }
            if directory == "/" { return false }
            directory = PrivateFile.split(directory).parent
        }
    }

    /// Asks git itself, with an environment in which it runs nothing of the user's or the repository's.
    private static func ignores(_ name: String, in directory: String) -> Bool {
        let words = ["git", "-c", "core.fsmonitor=false", "-c", "core.excludesFile=", "-C", directory, "check-ignore", "-q", "--no-index", "--", name]
        let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "LC_ALL=C"]
        let places = ["/usr/bin/git", "/usr/local/bin/git", "/bin/git"]
        guard let git = places.first(where: { unsafe access($0, X_OK) == 0 }) else { return false }
        let arguments = unsafe copies(words)
        let variables = unsafe copies(environment)
        let code = unsafe platform_run_silently(git, arguments, variables)
        for unsafe text in unsafe arguments { unsafe free(text) }
        for unsafe text in unsafe variables { unsafe free(text) }
        return code == 0
    }

    /// The texts as execve(2) takes them: C strings, then a null pointer.
    private static func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] {
        unsafe texts.map { unsafe strdup($0) } + [nil]
    }
}
