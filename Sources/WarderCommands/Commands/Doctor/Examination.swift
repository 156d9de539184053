internal import Exporter
internal import Glibc
internal import Keystore
internal import Settings

/// What a check has in its hands, and what it has found: the state of one `warder doctor`.
///
/// Every check takes what is there and goes on without the rest: `vault` and `names` are nil where the vault does not open.
final class Examination {
    let options: CommonOptions
    let directories: UserDirectories
    /// With the settings as far as they can be read.
    var session: Session
    /// The vault, if it opens.
    var vault: Vault<LocalKeys>?
    /// Its secrets; empty if there is no vault at all, nil if there is one and it does not open.
    var listings: [Listing]? {
        didSet { names = listings.map { Set($0.map(\.name.description)) } }
    }
    /// The names of all secrets, if they are known.
    private(set) var names: Set<String>?
    /// What secrets should be where, by the names of variables.
    var expectations = Expectations()
    /// In the order in which they were found.
    private(set) var findings: [Finding] = []

    /// The files of the systems that Warder serves.
    private(set) lazy var systemFiles = SystemFiles(self)

    private var unreadable: Set<String> = []
    private var startup: [String: [ImportReading.Found]] = [:]
    private var units: [String: [UnitVariable]] = [:]

    init(_ options: CommonOptions) throws {
        self.options = options
        directories = try Session.directories()
        session = try Session(options, directories, .parse("", file: directories.settingsPath))
    }

    var settings: WarderSettings { session.settings }

    func add(_ code: Finding.Code, _ subject: String, path: String? = nil, line: Int? = nil, _ message: String, fix: String) {
        findings.append(
            Finding(
                code: code, subject: printable(subject), path: path, line: line, message: printable(shown(message)),
                fix: printable(shown(fix))))
    }

    /// Says with -v what is looked at.
    func look(_ what: String) { options.remark("looking at \(printable(shown(what)))") }

    /// Paths below the home directory begin with `~`.
    func shown(_ text: String) -> String {
        directories.home == "/" ? text : text.replacing("\(directories.home)/", with: "~/")
    }

    /// A path for a shell, in quotes if it needs them.
    func word(_ path: String) -> String {
        let text = shown(path)
        let isPlain = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || "~/._-".utf8.contains(byte)
        }
        return isPlain ? text : "'\(path.replacing("'", with: "'\\''"))'"
    }

    /// On one line, and without what steers a terminal.
    func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: "?"
                    default: scalar
                    }
                }))
    }

    /// A name that came from somebody else's file, if it can be shown: one that is known here, or one of short words without many digits.
    /// Anything else may be a value in the wrong place.
    func shownName(_ name: String) -> String? {
        if names?.contains(name) == true || expectations.contains(name) { return name }
        let isPlain = name.split(whereSeparator: { "/._-".contains($0) }).allSatisfy { $0.utf8.count <= 16 }
        guard isPlain, name.utf8.count(where: { (48...57).contains($0) }) <= 4 else { return nil }
        return ImportPlan.shown(name)
    }

    // MARK: Files

    /// More than any of these files needs: 1 MiB, and 256 KiB for what a person writes for shells.
    private static let maximumByteCount = 1 << 20
    private static let maximumStartupByteCount = 256 << 10

    /// A file that may be there: nil if it is not, is empty, or cannot be read, which is a finding of its own.
    func file(_ path: String, maximum: Int = Examination.maximumByteCount) -> ImportFile? {
        var info = stat()
        guard unsafe stat(path, &info) == 0 else {
            if errno != ENOENT, errno != ENOTDIR { leave(path, unsafe String(cString: strerror(errno))) }
            return nil
        }
        look(path)
        guard info.st_mode & S_IFMT == S_IFREG else {
            leave(path, "is not a regular file")
            return nil
        }
        guard info.st_size > 0 else { return nil }
        guard info.st_size <= maximum else {
            leave(path, "has more than \(maximum >> 10) KiB, and was not looked into")
            return nil
        }
        do {
            return try ImportFile(path: path)
        } catch {
            leave(path, error.description)
            return nil
        }
    }

    /// What a file of logins assigns.
    func assignments(in path: String) -> [ImportReading.Found] {
        if let known = startup[path] { return known }
        let found = file(path, maximum: Self.maximumStartupByteCount).map(StartupFile.read) ?? []
        startup[path] = found
        return found
    }

    /// What a unit of the user's gets from its files.
    func variables(of unit: String) -> [UnitVariable] {
        if let known = units[unit] { return known }
        let found = UnitVariable.all(of: unit, self)
        units[unit] = found
        return found
    }

    /// Notes, once for a file, that it cannot be read.
    func leave(_ path: String, _ reason: String) {
        guard unreadable.insert(path).inserted else { return }
        let prefix = "\(path): "
        let line = Self.line(in: reason, of: path)
        let text = reason.hasPrefix(prefix) ? String(reason.dropFirst(prefix.count)) : reason
        add(
            .fileUnreadable, path, path: path, line: line, "cannot be looked into: \(text)",
            fix: "make it a readable file that its own program takes, or move it away")
    }

    /// The line that an error's description names after a file's path.
    static func line(in description: String, of path: String) -> Int? {
        guard let range = description.firstRange(of: ": line ") else { return nil }
        return Int(description[range.upperBound...].prefix { $0.isNumber })
    }

    /// How a file that is not private becomes so.
    func privacy(_ path: String, mode: String = "600") -> String {
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else { return "look at `ls -l \(word(path))`" }
        if info.st_mode & S_IFMT == S_IFLNK { return "put the file itself in the place of the link \(shown(path))" }
        guard info.st_mode & S_IFMT == S_IFREG || info.st_mode & S_IFMT == S_IFDIR else { return "put a regular file in its place" }
        if info.st_uid != geteuid() { return "`chown \(geteuid()) \(word(path))` as root, if what is in it is yours" }
        if info.st_nlink > 1, info.st_mode & S_IFMT == S_IFREG { return "remove its other names: `find ~ -samefile \(word(path))`" }
        return "`chmod \(mode) \(word(path))`"
    }
}

extension Session {
    /// A session with settings that are known already.
    init(_ options: CommonOptions, _ directories: UserDirectories, _ settings: WarderSettings) {
        self.options = options
        self.directories = directories
        self.settings = settings
    }
}
