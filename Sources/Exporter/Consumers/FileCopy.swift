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
    /// - Throws: what rendering throws; ``ExportError/Code/file(_:)`` if the file is there and cannot be read.
    func plan(
        _ variables: [EnvironmentVariable], _ held: HeldCopy?, _ prints: CopyFingerprints, isForced: Bool
    ) throws -> (changes: [CopyPlan.Change], files: [HeldCopy.File]) {
        let whole = try Export.render(variables, as: format)
        let current = try PlainFile.read(path, isForced: isForced)
        let content: [UInt8]
        if let current, format.keepsOtherLines {
            let names = Set(variables.map(\.name))
            let forgotten = Set(held?.variables.map(\.name) ?? []).subtracting(names)
            content = try ManagedFile.merge(variables, into: current, forgetting: forgotten, as: format)
        } else {
            content = whole
        }
        let file = HeldCopy.File(path: path, fingerprint: try fingerprint(content, prints, names: variables.map(\.name)))
        let isRight = current == content && PlainFile.drift(path, owner) == nil
        return (isRight ? [] : [.init(path: path, content: content, owner: owner)], [file])
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

    /// How the file differs from a private file of its owner (this user, if none is named), or nil.
    static func drift(_ path: String, _ owner: PrivateFile.Owner?) -> Drift? {
        var info = stat()
        guard unsafe lstat(path, &info) == 0 else { return .missing(path) }
        if info.st_mode & S_IFMT == S_IFLNK, unsafe stat(path, &info) != 0 { return .missing(path) }
        guard info.st_mode & S_IFMT == S_IFREG, info.st_nlink == 1, info.st_uid == owner?.user ?? geteuid() else { return .unsafe(path) }
        guard info.st_mode & 0o077 == 0 else { return .wide(path, mode: info.st_mode & 0o7777) }
        return nil
    }
}
