/// Variables that decide which code a process loads or runs, or where it finds itself: a secret does not belong there, and a project's
/// settings must not set them.
public enum ReservedNames {
    private static let names: Set<String> = [
        "PATH", "HOME", "SHELL", "USER", "LOGNAME", "PWD", "OLDPWD", "TMPDIR", "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "CDPATH",
        "GLOBIGNORE", "PROMPT_COMMAND", "PS4", "ZDOTDIR", "GCONV_PATH", "LOCPATH", "NLSPATH", "HOSTALIASES", "RESOLV_HOST_CONF",
        "GLIBC_TUNABLES",
        "PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PERL5LIB", "PERL5OPT", "PERLLIB", "PERL5DB", "RUBYLIB", "RUBYOPT", "NODE_OPTIONS",
        "NODE_PATH", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "LUA_INIT", "LUA_PATH", "LUA_CPATH", "PHPRC",
        "PHP_INI_SCAN_DIR", "EDITOR", "VISUAL", "PAGER", "BROWSER", "SUDO_ASKPASS", "SSH_ASKPASS", "TERMINFO", "TERMINFO_DIRS", "TERMCAP",
        "SWIFT_BACKTRACE", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_EXEC_PATH", "GIT_ASKPASS", "GIT_PAGER", "GIT_EDITOR",
    ]
    private static let prefixes = ["LD_", "DYLD_", "BASH_FUNC_", "MALLOC_", "GIT_CONFIG", "WARDER_"]

    /// Whether a name is reserved.
    public static func contains(_ name: String) -> Bool {
        names.contains(name) || prefixes.contains { name.hasPrefix($0) }
    }

    /// Refuses variables with reserved names, but for those in `allowed`.
    ///
    /// - Throws: ``ProfileError/Code/refused``, naming them.
    public static func check(_ variables: [EnvironmentVariable], allowed: [String] = []) throws(ProfileError) {
        let refused = variables.map(\.name).filter { contains($0) && !allowed.contains($0) }
        guard refused.isEmpty else {
            throw ProfileError(
                .refused, "\(refused.joined(separator: ", ")): reserved, since it decides what a program loads or runs",
                hint: "if that is what you want: --allow-reserved \(refused[0])")
        }
    }
}
