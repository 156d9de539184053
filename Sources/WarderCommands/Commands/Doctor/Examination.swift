internal import Agent
internal import Exporter
internal import Glibc
internal import Keystore
internal import Settings
internal import Wiring

/// What a check has in its hands, and what it has found: the state of one `warder doctor`.
///
/// Every check takes what is there and goes on without the rest: `vault` and `names` are nil where the vault does not open.
final class Examination {
    let options: CommonOptions
    let directories: UserDirectories
    /// With the settings as far as they can be read.
    var session: Session
    /// The vault, if it opens.
    var vault: Vault<VaultKeys>?
    /// Its secrets; empty if there is no vault at all, nil if there is one and it does not open.
    var listings: [Listing]? {
        didSet { names = listings.map { Set($0.map(\.name.description)) } }
    }
    /// The names of all secrets, if they are known.
    private(set) var names: Set<String>?
    /// What secrets should be where, by the names of variables.
    var expectations = Expectations()
    /// The variables of the settings' profiles, and what consumers call them.
    private(set) lazy var variables = Set(
        settings.profiles.keys.flatMap { (try? settings.entries(ofProfile: $0))?.map(\.name) ?? [] }
            + session.consumers.flatMap { $0.names.flatMap { [$0.key, $0.value] } })
    /// In the order in which they were found.
    private(set) var findings: [Finding] = []

    /// The files of the systems that Warder serves.
    private(set) lazy var systemFiles = SystemFiles(self)

    private var counts: [String: Int] = [:]
    private var unreadable: Set<String> = []
    private var startup: [String: [ImportReading.Found]] = [:]
    private var units: [String: [UnitVariable]] = [:]

    init(_ options: CommonOptions) throws {
        self.options = options
        directories = try Session.directories()
        session = try Session(options, directories, .parse("", file: directories.settingsPath))
    }

    var settings: WarderSettings { session.settings }

    /// More in one file than anybody reads.
    private static let maximumCount = 200

    /// - Parameter severity: if not that of the code.
    func add(
        _ code: Finding.Code, _ subject: String, path: String? = nil, line: Int? = nil, _ message: String, fix: String,
        severity: Finding.Severity? = nil
    ) {
        if let path {
            let count = counts[path, default: 0]
            guard count <= Self.maximumCount else { return }
            counts[path] = count + 1
            guard count < Self.maximumCount else {
                findings.append(
                    Finding(
                        code: .tooMany, subject: printable(path), path: path, line: nil,
                        message: "there is more to find in this file than these \(Self.maximumCount)",
                        fix: "cure these, then `warder doctor` again", severity: Finding.Code.tooMany.severity))
                return
            }
        }
        findings.append(
            Finding(
                code: code, subject: printable(subject), path: path, line: line, message: printable(message),
                fix: printable(fix), severity: severity ?? code.severity))
    }

    /// Says with -v what is looked at.
    func look(_ what: String) { options.remark("looking at \(printable(shown(what)))") }

    // MARK: Files

    /// Whether others can read or write a file.
    func isWide(_ path: String) -> Bool {
        var info = stat()
        return unsafe stat(path, &info) == 0 && info.st_mode & 0o077 != 0
    }

    func isDirectory(_ path: String) -> Bool {
        var info = stat()
        return unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

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

    /// Notes, once for a directory, that not all of it is looked at.
    func checkCount(_ directory: String) {
        guard AuditedFile.isCrowded(directory), unreadable.insert(directory).inserted else { return }
        add(
            .tooMany, directory, path: directory,
            "there are more than \(AuditedFile.maximumCount) entries in this directory: others were not looked at",
            fix: "move what is not needed out of it, and look again")
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
