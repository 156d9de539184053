/// What keeps a variable out of a format: a kind of character, in words for a message. It says nothing else about the value.
public enum Obstacle: String, Sendable {
    /// Byte 0: no environment holds it.
    case nul = "a NUL"
    /// Byte 10.
    case lineFeed = "a line feed"
    /// Byte 13.
    case carriageReturn = "a carriage return"
    /// What some parsers take for the end of a line: VT, FF, FS, GS, RS, U+0085, U+2028, U+2029.
    case lineSeparator = "an unusual line separator"
    /// Bytes that are not UTF-8.
    case notUTF8 = "bytes that are not UTF-8"
    /// U+FDD0 to U+FDEF, and the last two of every plane: systemd takes them for invalid UTF-8.
    case noncharacter = "a Unicode noncharacter"
    /// `${`, which some parsers expand in any quotes.
    case interpolation = "a dollar sign before a brace"
    /// `'` and `"`.
    case bothQuotes = "both kinds of quotes"
    /// `'` and one of `$`, backtick, backslash: neither kind of quotes keeps both.
    case quoteAndSpecial = "a single quote beside a dollar sign, backtick or backslash"
    /// `\\`.
    case backslashes = "two backslashes in a row"
    /// `\` before the closing quote.
    case finalBackslash = "a backslash at the end"
    /// `'`, `"` and backtick, beside something that needs quotes.
    case allQuotes = "all three kinds of quotes"
    /// `'` and backtick, beside `\n` or `\r` in letters, which mean something in `"`.
    case quoteAndEscape = "a single quote and a backtick beside a backslash escape"
    /// `$`, which some versions of a reader expand.
    case dollar = "a dollar sign"
    /// `$NAME`, `${` or `$(`.
    case reference = "a reference to a variable"
    /// `op://`, which 1Password resolves.
    case secretReference = "a reference to a 1Password item"
    /// Anything but letters, digits and `_./:@%+,=-`.
    case special = "anything but letters, digits and _./:@%+,=-"
    /// A reader drops it.
    case empty = "an empty value"
    /// A reader drops a value of blanks alone, and an empty one.
    case blank = "a blank value"
    /// Byte 13 before the line feed that ends the line.
    case finalCarriageReturn = "a carriage return at the end"
    /// Byte 10 before the one that ends the value.
    case finalLineFeed = "a line feed at the end"
    /// A line that a reader's buffer does not hold.
    case longLine = "more than 65534 bytes of name, equals sign and value"
    /// A name that the reader sets itself, leaves out or refuses.
    case reservedName = "a name that its readers keep for themselves or leave out"
    /// More than one environment string may have: execve(2) fails with `E2BIG`.
    case tooLong = "more than 131071 bytes of name and value"
    /// More than a Kubernetes Secret holds.
    case overMebibyte = "more than 1 MiB"
    /// More than a secret of a Cloudflare Worker holds.
    case overFiveKibibytes = "more than 5 KiB"
    /// A name longer than the format's readers take.
    case longName = "so long a name"
    /// C0 characters that XML has no way to write.
    case control = "a control character other than tab and line feed"
    /// A name that a shell sets itself or does not let be set: see ``shellNames``.
    case shellName = "a name that shells keep for themselves"
}

/// Bytes of `NAME=value`, without the final NUL. Source: `MAX_ARG_STRLEN` of execve(2).
let maximumEntryByteCount = 131_071

extension Obstacle {
    /// What keeps a variable out of every environment, whatever the format.
    static func toEnvironment(_ name: String, _ value: [UInt8]) -> Obstacle? {
        if value.contains(0) { return .nul }
        if name.utf8.count + 1 + value.count > maximumEntryByteCount { return .tooLong }
        return nil
    }

    /// What keeps a value out of files that systemd reads: it checks UTF-8, and noncharacters, for the file as a whole.
    ///
    /// Source: systemd `utf8_is_valid()`, `unichar_is_valid()`.
    static func toUTF8(_ value: [UInt8]) -> Obstacle? {
        guard let text = String(validating: value, as: UTF8.self) else { return .notUTF8 }
        return text.unicodeScalars.contains(where: isNoncharacter) ? .noncharacter : nil
    }

    private static func isNoncharacter(_ scalar: Unicode.Scalar) -> Bool {
        0xFDD0...0xFDEF ~= scalar.value || scalar.value & 0xFFFE == 0xFFFE
    }
}

/// Names that bash, dash or zsh set themselves, keep read-only, or tie to something else: `export NAME='value'` in a file that they
/// source gives their child another value, or none. Measured over every parameter that bash 5.2, dash and zsh 5.9 know.
let shellNames: Set<String> = Set(
    """
    _ BASHOPTS BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_CMDS BASH_COMMAND BASH_LINENO BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO \
    DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD LINENO OPTIND PPID RANDOM SECONDS SHELLOPTS SHLVL SRANDOM UID \
    ARGC COLUMNS EGID ERRNO FUNCNEST GID HISTCHARS HISTSIZE KEYBOARD_HACK KEYTIMEOUT LINES LISTMAX MAILCHECK SAVEHIST \
    TRY_BLOCK_ERROR TRY_BLOCK_INTERRUPT TTYIDLE USERNAME WATCH ZSH_EVAL_CONTEXT ZSH_SUBSHELL aliases argv builtins cdpath commands \
    dirstack dis_aliases dis_builtins dis_functions dis_functions_source dis_galiases dis_patchars dis_reswords dis_saliases fignore \
    fpath funcfiletrace funcsourcetrace funcstack functions functions_source functrace galiases histchars history historywords \
    jobdirs jobstates jobtexts keymaps mailpath manpath module_path modules nameddirs options parameters patchars path pipestatus \
    psvar reswords saliases signals status termcap terminfo userdirs usergroups watch widgets zsh_eval_context zsh_scheduled_events
    """.split(separator: " ").map(String.init))
