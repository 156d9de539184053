internal import Glibc
internal import PrivateFiles
internal import SodiumCrypto

/// Reading and changing settings files.
public enum SettingsFile {
    /// Changes a settings file, or makes it: mode 0600, in a directory that is made with mode 0700. A crash leaves the old or the new file.
    /// Two processes that change it at once wait for each other.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - edit: gets the text, empty if there is no file, and returns the new text; see ``SettingsEditor``.
    /// - Throws: what `edit` throws, and ``SettingsError``: `.unsafeFile`, `.io`. The file is as it was.
    public static func update(_ path: String, _ edit: (String) throws(SettingsError) -> String) throws(SettingsError) {
        try replace(path) { bytes throws(SettingsError) in
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw SettingsError(.invalid, file: path, "not valid TOML: it is not UTF-8")
            }
            return Array(try edit(text).utf8)
        }
    }

    /// The text of a settings file, empty if there is none.
    ///
    /// - Throws: ``SettingsError``.
    public static func text(_ path: String) throws(SettingsError) -> String {
        guard let text = String(validating: try readIfPresent(path) ?? [], as: UTF8.self) else {
            throw SettingsError(.invalid, file: path, "not valid TOML: it is not UTF-8")
        }
        return text
    }

    /// The bytes of a file that only its owner and root can write, or nil if there is none.
    static func readIfPresent(_ path: String) throws(SettingsError) -> [UInt8]? {
        do throws(FileError) {
            return try PrivateFile.readTrusted(path, maximum: TOMLLimits.byteCount)
        } catch {
            if error.code == .notFound { return nil }
            throw SettingsError(error)
        }
    }

    /// The bytes of a regular file of any owner. Never waits for the other end of a FIFO.
    static func read(_ path: String) throws(SettingsError) -> [UInt8] {
        do throws(FileError) {
            return try PrivateFile.readAny(path, maximum: TOMLLimits.byteCount)
        } catch {
            throw SettingsError(error)
        }
    }

    /// Reads, edits and writes a file under a lock on its directory. Nothing is written if nothing changed.
    static func replace(_ path: String, _ edit: ([UInt8]) throws(SettingsError) -> [UInt8]) throws(SettingsError) {
        let lock: DirectoryLock
        do throws(FileError) {
            let parent = PrivateFile.split(path).parent
            try PrivateFile.makeDirectory(parent)
            lock = try DirectoryLock(parent)
        } catch {
            throw error.code == .exists ? SettingsError(.io, file: path, "another process is changing it") : SettingsError(error)
        }
        let before = try readIfPresent(path)
        let after = try edit(before ?? [])
        guard after != before else { return }
        do throws(FileError) {
            try PrivateFile.write(after, to: path, existing: .replace)
        } catch {
            throw SettingsError(error)
        }
        lock.release()
    }
}
