/// Variables that decide which code a process loads or runs, or where it finds itself: a secret does not belong there, and a project's
/// settings must not set them.
public enum ReservedNames {
    private static let names: Set<String> = [
        // The process and its shell.
        "PATH", "HOME", "SHELL", "USER", "LOGNAME", "PWD", "OLDPWD", "TMPDIR", "IFS", "ENV", "BASH_ENV", "SHELLOPTS", "BASHOPTS", "CDPATH",
        "GLOBIGNORE", "PROMPT_COMMAND", "PS4", "ZDOTDIR", "FPATH", "GCONV_PATH", "LOCPATH", "NLSPATH", "HOSTALIASES", "RESOLV_HOST_CONF",
        "GLIBC_TUNABLES", "SWIFT_BACKTRACE",
        // Programs that others start.
        "EDITOR", "VISUAL", "PAGER", "MANPAGER", "BROWSER", "LESSOPEN", "LESSCLOSE", "LESS", "SUDO_ASKPASS", "SSH_ASKPASS", "RSYNC_RSH",
        "SVN_SSH", "CVS_RSH", "TERMINFO", "TERMINFO_DIRS", "TERMCAP", "VIMINIT", "EXINIT", "CC", "CXX", "LD", "AR", "MAKEFLAGS",
        "MAKEFILES",
        "GNUMAKEFLAGS", "RUSTC", "RUSTC_WRAPPER", "RUSTFLAGS", "GOFLAGS",
        // Code that interpreters load.
        "NODE_OPTIONS", "NODE_PATH", "NODE_REPL_EXTERNAL_MODULE", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTS",
        "MAVEN_OPTS", "GRADLE_OPTS", "CLASSPATH", "LUA_INIT", "LUA_PATH", "LUA_CPATH", "PHPRC", "PHP_INI_SCAN_DIR", "RUBYLIB", "RUBYOPT",
        "RUBYSHELL", "R_PROFILE", "R_PROFILE_USER", "R_ENVIRON", "R_ENVIRON_USER", "ERL_FLAGS", "ERL_AFLAGS", "GUILE_LOAD_PATH",
        "TCLLIBPATH",
        "OPENSSL_CONF", "OPENSSL_MODULES", "OPENSSL_ENGINES", "GTK_MODULES", "QT_PLUGIN_PATH", "GIO_EXTRA_MODULES",
    ]
    private static let prefixes = [
        "LD_", "DYLD_", "BASH_FUNC_", "MALLOC_", "WARDER_", "PYTHON", "PERL", "GIT_", "NPM_CONFIG_", "DOTNET_", "CORECLR_", "COMPLUS_",
        "BUNDLE_",
    ]
    /// Names under those prefixes that only carry a value.
    private static let harmless: Set<String> = ["GIT_TOKEN", "GIT_USERNAME", "GIT_PASSWORD", "GIT_USER", "GIT_EMAIL", "GIT_PAT"]

    /// Whether a name is reserved.
    public static func contains(_ name: String) -> Bool {
        let name = name.uppercased()
        return !harmless.contains(name) && (names.contains(name) || prefixes.contains { name.hasPrefix($0) })
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
