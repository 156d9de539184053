internal import FoundationEssentials
internal import Glibc
internal import PrivateFiles
internal import Profiles
internal import SodiumCrypto

/// A copy in one file: whole, or some variables of a file that has others too.
struct FileCopy {
    let path: String
    let format: any EnvironmentFormat.Type
    let owner: PrivateFile.Owner?

    /// What has to change so that the file holds these variables. Nothing if it does.
    ///
    /// - Parameter isReplacing: whether what is in a file that is not from here may be lost.
    /// - Throws: what rendering throws; ``ExportError/Code/file(_:)`` if the file is there and cannot be read, with `.exists` if something
    ///   would be lost that nobody has remembered.
    func plan(
        _ variables: [EnvironmentVariable], _ held: HeldCopy?, _ prints: CopyFingerprints, isForced: Bool, isReplacing: Bool
    ) throws -> (changes: [CopyPlan.Change], files: [HeldCopy.File]) {
        let whole = try Export.render(variables, as: format)
        let current = try PlainFile.read(path, isForced: isForced && owner == nil)
        let isFromHere = held.map { held in held.format == format.name && held.files.contains { $0.path == path } } ?? false
        let content: [UInt8]
        if let current, !isFromHere, !isReplacing { try refuseLoss(of: current, to: variables, whole) }
        if let current, format.keepsOtherLines {
            let names = Set(variables.map(\.name))
            let forgotten = Set(held?.variables.map(\.name) ?? []).subtracting(names)
            content = try inFile { () throws(ExportError) in
                try ManagedFile.merge(variables, into: current, forgetting: forgotten, as: format)
            }
        } else {
            content = whole
        }
        let file = HeldCopy.File(path: path, fingerprint: try fingerprint(content, prints, names: variables.map(\.name)))
        let isRight = current == content && PlainFile.drift(path, owner) == nil
        return (isRight ? [] : [.init(path: path, content: content, owner: owner)], [file])
    }

    /// Refuses to write over what is in a file that is not from here: another value of one of our variables, or a whole document.
    private func refuseLoss(of current: [UInt8], to variables: [EnvironmentVariable], _ whole: [UInt8]) throws {
        let hint = "`warder import` takes it into the vault, `warder apply --replace` loses it"
        guard format.keepsOtherLines else {
            guard current == whole else { throw ExportError(.file(.exists), "\(path): is there already, and not from here", hint: hint) }
            return
        }
        let found = try inFile { () throws(ExportError) in try format.read(current) }
        let other = variables.first { variable in
            found.contains { $0.name == variable.name && !isEqualInConstantTime($0.value, variable.value.reveal()) }
        }
        if let other { throw ExportError(.file(.exists), "\(path): has another value for \(other.name)", hint: hint) }
    }

    /// Runs `body`, and names the file in what it throws about its content.
    private func inFile<Result>(_ body: () throws(ExportError) -> Result) throws(ExportError) -> Result {
        do throws(ExportError) {
            return try body()
        } catch {
            guard error.code == .malformed else { throw error }
            throw ExportError(
                .malformed, "\(path): \(error.description)", hint: error.hint ?? "another format may read it: see `warder export --help`")
        }
    }

    /// The fingerprint of what is ours in the file.
    func fingerprint(_ content: [UInt8], _ prints: CopyFingerprints, names: [String]) throws -> Data {
        guard format.keepsOtherLines else { return try prints.file(content) }
        let found = format.effective(try format.read(content))
        let ours = names.compactMap { name in found.first { $0.name == name }.map { (name: $0.name, value: $0.value) } }
        return try prints.content(ours)
    }
}

/// A file that is looked at from outside: what it holds, and who may read it.
enum PlainFile {
    /// 16 MiB: more than any environment file.
    static let maximumByteCount = 16 << 20

    /// Its bytes, or nil if it is not there.
    ///
    /// - Parameter isForced: whether a symbolic link is followed.
    static func read(_ path: String, isForced: Bool = false) throws(ExportError) -> [UInt8]? {
        do throws(FileError) {
            return try PrivateFile.readAny(path, maximum: maximumByteCount, followingLinks: isForced)
        } catch {
            if error.code == .notFound { return nil }
            throw ExportError(error)
        }
    }

    /// Whether something stands there.
    static func isThere(_ path: String) -> Bool {
        var info = stat()
        return unsafe lstat(path, &info) == 0
    }

    /// Whether it is a regular file, and no link to one.
    static func isFile(_ path: String) -> Bool { kind(of: path) == S_IFREG }

    /// Whether it is a directory, and no link to one.
    static func isDirectory(_ path: String) -> Bool { kind(of: path) == S_IFDIR }

    private static func kind(of path: String) -> mode_t? {
        var info = stat()
        return unsafe lstat(path, &info) == 0 ? info.st_mode & S_IFMT : nil
    }

    /// How the file differs from a private file of its owner (this user, if none is named), or nil.
    static func drift(_ path: String, _ owner: PrivateFile.Owner?) -> Drift? {
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else { return .missing(path) }
        if info.st_mode & S_IFMT == S_IFLNK, unsafe stat(path, &info) != 0 { return .missing(path) }
        guard info.st_mode & S_IFMT == S_IFREG, info.st_nlink <= 1, info.st_uid == owner?.user ?? geteuid() else { return .unsafe(path) }
        guard info.st_mode & 0o077 == 0 else { return .wide(path, mode: info.st_mode & 0o7777) }
        return nil
    }
}
