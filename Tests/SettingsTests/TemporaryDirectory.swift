import Glibc
import Testing

@testable import Settings

/// A directory of real files that goes with its owner.
final class TemporaryDirectory {
    let path: String

    init() throws {
        var template = Array("/tmp/warder-settings-XXXXXX".utf8CString)
        let name = unsafe mkdtemp(&template).flatMap { unsafe String(validatingCString: $0) }
        path = try #require(name.flatMap(canonicalPath))
    }

    deinit { Self.removeTree(path) }

    /// Writes a file with a mode, and the directories above it.
    @discardableResult
    func write(_ text: String, to name: String, mode: mode_t = 0o644) throws -> String {
        let file = "\(path)/\(name)"
        var parent = path
        for part in name.split(separator: "/").dropLast() {
            parent += "/\(part)"
            unsafe mkdir(parent, 0o755)
        }
        let number = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        try #require(number >= 0)
        defer { close(number) }
        let bytes = Array(text.utf8)
        try #require(unsafe Glibc.write(number, bytes, bytes.count) == bytes.count)
        try #require(fchmod(number, mode) == 0)
        return file
    }

    func read(_ name: String) throws -> String {
        String(decoding: try #require(try SettingsFile.readIfPresent("\(path)/\(name)")), as: UTF8.self)
    }

    private static func removeTree(_ path: String) {
        if unsafe unlink(path) == 0 || rmdir(path) == 0 { return }
        guard let directory = unsafe opendir(path) else { return }
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { removeTree("\(path)/\(name)") }
        }
        unsafe closedir(directory)
        unsafe rmdir(path)
    }
}

/// Reads one file's text as user settings.
func settings(_ text: String, scope: SettingsLayer.Scope = .trusted) throws(SettingsError) -> WarderSettings {
    try WarderSettings([SettingsLayer(SettingsDocument(Array(text.utf8), file: "warder.toml"), scope: scope)])
}

/// The error that reading the text gives.
func failure(_ text: String, scope: SettingsLayer.Scope = .trusted) -> SettingsError? {
    do {
        _ = try settings(text, scope: scope)
        return nil
    } catch {
        return error
    }
}

/// Keys that nobody issued.
enum FakeKey {
    static let anthropic = "sk-ant-" + "api03-AbCdEfGhIjKlMnOpQrStUv"
    static let random = "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xYzZ"
}
