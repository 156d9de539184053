internal import Resolver

/// Environment variables in which programs look for the keys of providers and gateways, and those that every session has.
public enum KnownVariables {
    /// Of the catalogue's providers, of gateways and accounts, and the vendors' own programs.
    private static let names = Set(
        Catalogue.standard.providers.flatMap { $0.keyVariables + $0.oauthVariables }
            + """
            ANTHROPIC_ADMIN_KEY ANTHROPIC_AUTH_TOKEN BRAVE_API_KEY CF_ACCOUNT_ID CF_AIG_TOKEN CF_GATEWAY_ID CHATGPT_OAUTH_TOKEN \
            CLAUDE_API_KEY CLAUDE_CODE_OAUTH_TOKEN CLOUDFLARE_ACCOUNT_ID CLOUDFLARE_AIG_TOKEN CLOUDFLARE_GATEWAY_ID FIRECRAWL_API_KEY \
            OPENAI_ADMIN_KEY TAVILY_API_KEY OPENCLAW_GATEWAY_TOKEN OPENCLAW_GATEWAY_PASSWORD FASED_GATEWAY_TOKEN \
            FASED_GATEWAY_PASSWORD GENESIS_GATEWAY_TOKEN GENESIS_GATEWAY_PASSWORD
            """.split(separator: " ").map(String.init))

    /// Whether a name is one of those, or a further key for the same: `NAME_API_KEYS`, `NAME_API_KEY_2`, `OPENCLAW_LIVE_NAME_KEY`.
    public static func holdsKey(_ name: String) -> Bool {
        if names.contains(name) { return true }
        if name.hasSuffix("_API_KEYS") { return names.contains(String(name.dropLast())) }
        if let range = name.firstRange(of: "_API_KEY_") { return names.contains(String(name[..<range.upperBound].dropLast())) }
        guard name.hasPrefix("OPENCLAW_LIVE_"), name.hasSuffix("_KEY") else { return false }
        let provider = name.dropFirst("OPENCLAW_LIVE_".count).dropLast("_KEY".count)
        return names.contains("\(provider)_API_KEY")
    }

    /// Whether a variable of this name holds a key, as far as names tell: one of those but the ids, or one that is called a key, a token,
    /// a secret or a password.
    public static func namesKey(_ name: String) -> Bool {
        if name.hasSuffix("_ID") { return false }
        return holdsKey(name)
            || ["_API_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "_SECRET_KEY", "_ACCESS_KEY"].contains(where: name.hasSuffix)
    }

    private static let sessionNames = Set(
        """
        _ COLORTERM COLUMNS CONDA_DEFAULT_ENV CONDA_PREFIX CONDA_SHLVL DBUS_SESSION_BUS_ADDRESS DEBUGINFOD_URLS DESKTOP_SESSION DISPLAY \
        EDITOR GDMSESSION GPG_AGENT_INFO GPG_TTY GTK_MODULES HISTCONTROL HISTFILE HISTFILESIZE HISTSIZE HOME HOST HOSTNAME HOSTTYPE \
        INFOPATH INVOCATION_ID JOURNAL_STREAM KONSOLE_DBUS_SERVICE LANG LANGUAGE LESS LESSCLOSE LESSOPEN LINES LOGNAME LS_COLORS LSCOLORS \
        MACHTYPE MAIL MAILCHECK MANPAGER MANPATH MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE NVM_BIN NVM_DIR NVM_INC OLDPWD OSTYPE PAGER \
        PATH PS1 PS2 PS4 PWD SESSION_MANAGER SHELL SHLVL SSH_AGENT_PID SSH_AUTH_SOCK SSH_CLIENT SSH_CONNECTION SSH_TTY SUDO_COMMAND \
        SUDO_GID SUDO_UID SUDO_USER SYSTEMD_EXEC_PID TERM TERM_PROGRAM TERM_PROGRAM_VERSION TMPDIR TMUX TMUX_PANE TZ USER USERNAME VENDOR \
        VISUAL VIRTUAL_ENV WAYLAND_DISPLAY WINDOWID WINDOWPATH WSL_DISTRO_NAME XAUTHORITY ZDOTDIR
        """.split(separator: " ").map(String.init))

    /// Whether a variable describes the session it is in: its terminal, its directories, its user.
    public static func describesSession(_ name: String) -> Bool {
        sessionNames.contains(name) || shellNames.contains(name)
            || ["LC_", "XDG_", "VTE_", "KDE_", "GNOME_"].contains { name.hasPrefix($0) }
    }
}
