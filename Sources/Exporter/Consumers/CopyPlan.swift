internal import PrivateFiles

/// What has to change on disk so that a consumer holds the right copy.
struct CopyPlan {
    /// One file to be written.
    struct Change {
        var path: String
        var content: [UInt8]
        var owner: PrivateFile.Owner?
        /// 0600, but for drop-ins, which hold no value.
        var mode: UInt32 = 0o600
    }

    /// The files to be written, in this order. The last one is the switch: before it nobody reads the others.
    var changes: [Change] = []
    /// Directories that are made first, 0700.
    var directories: [String] = []
    /// Files that nobody reads any more once the others are written.
    var leftovers: [String] = []
    /// Files of an earlier place, out of which our variables go once the others are written.
    var moved: [(file: HeldCopy.File, copy: HeldCopy)] = []
    /// What will be held.
    var held: HeldCopy
    /// Whether the service manager has to read its units again.
    var touchesUnits = false
}

/// How a copy that is there differs from the one that should be.
public enum Drift: Hashable, Sendable {
    /// It was never given.
    case notGiven
    /// A file of it is not there.
    case missing(String)
    /// A file of it is not as it was written: by hand, by another program.
    case changed(String)
    /// Its files are at another place than the settings say.
    case moved
    /// It holds earlier values than the vault.
    case outdated
    /// Others can read a file of it: its permissions in octal.
    case wide(String, mode: UInt32)
    /// A file of it is not a regular file, or belongs to somebody else.
    case unsafe(String)
    /// The files are right, but what was to happen then has not been seen to succeed.
    case unconfirmed

    /// In words, for people.
    public var description: String {
        switch self {
        case .notGiven: "was never applied"
        case .missing(let path): "\(path) is missing"
        case .changed(let path): "\(path) was changed since"
        case .moved: "is to be somewhere else now"
        case .outdated: "holds older values"
        case .wide(let path, let mode): "\(path) has mode 0\(String(mode, radix: 8))"
        case .unsafe(let path): "\(path) is not a private file of its owner"
        case .unconfirmed: "the last change was not confirmed"
        }
    }

    /// One word, for programs.
    public var identifier: String {
        switch self {
        case .notGiven: "not_applied"
        case .missing: "missing"
        case .changed: "changed"
        case .moved: "moved"
        case .outdated: "outdated"
        case .wide: "wide_mode"
        case .unsafe: "unsafe_file"
        case .unconfirmed: "unconfirmed"
        }
    }
}
