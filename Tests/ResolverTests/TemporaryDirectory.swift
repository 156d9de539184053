import Foundation

/// A directory of real files that goes with its owner.
final class TemporaryDirectory {
    let path: String

    init() throws {
        // The real path: a key file is not read through a symbolic link.
        let parent = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
        // A name that settings don't take for a key.
        path = "\(parent)/warder-resolver-\(UInt64.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file with a mode.
    @discardableResult
    func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}
