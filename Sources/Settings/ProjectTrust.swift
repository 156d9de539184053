internal import PrivateFiles
internal import SodiumCrypto

/// Which project files the user has allowed: each by its directory's canonical path and the hash of its bytes.
///
/// A project file comes with a directory that others may have written. Until it is allowed it is bytes to hash, never settings.
public struct ProjectTrust: Sendable {
    /// The list: one project a line, 64 hexadecimal digits, a space, the path.
    public let path: String

    /// - Parameter path: see ``UserDirectories/allowedProjectsPath``.
    public init(path: String) { self.path = path }

    /// Whether the file is allowed as it is now.
    ///
    /// - Throws: ``SettingsError``: `.notFound` if there is no such file; `.unsafeFile` if it is no regular file of at most 1 MiB, or
    ///   another user could have written the list; `.invalid` if the list is damaged.
    public func isAllowed(_ project: String) throws(SettingsError) -> Bool {
        let project = try canonical(project)
        return try list().allowed[project] == Self.hash(try Self.read(project))
    }

    /// Allows the file as it is now, after checking that it is a valid project file.
    ///
    /// - Returns: what it would use.
    /// - Throws: ``SettingsError``: as ``isAllowed(_:)``; `.invalid` if it is not valid, or its path has a line end.
    public func allow(_ project: String) throws(SettingsError) -> ProjectSummary {
        let project = try canonical(project)
        guard !project.utf8.contains(where: { $0 == .lineFeed || $0 == .carriageReturn }) else {
            throw SettingsError(.invalid, file: project, "a path with a line end cannot be allowed")
        }
        let bytes = try Self.read(project)
        let layer = try SettingsLayer(SettingsDocument(bytes, file: project), scope: .project)
        let hash = try Self.hash(bytes)
        try change { $0[project] = hash }
        return ProjectSummary(layer)
    }

    /// Takes a file off the list. It need not exist any more.
    ///
    /// - Returns: whether it was on the list.
    /// - Throws: ``SettingsError``: `.unsafeFile` or `.invalid` about the list, `.io`.
    @discardableResult
    public func disallow(_ project: String) throws(SettingsError) -> Bool {
        let project = try canonical(project)
        guard try list().allowed[project] != nil else { return false }
        try change { $0[project] = nil }
        return true
    }

    /// The bytes of an allowed file: those that were hashed, not a second reading.
    ///
    /// - Throws: ``SettingsError/Code/untrusted`` with a hint.
    func readAllowed(_ project: String) throws(SettingsError) -> [UInt8] {
        let project = try canonical(project)
        let allowed = try list().allowed[project]
        let bytes = try Self.read(project)
        guard try Self.hash(bytes) != allowed else { return bytes }
        let reason = allowed == nil ? "this project file is not allowed" : "this project file was changed since it was allowed"
        throw SettingsError(.untrusted, file: project, reason, hint: "read it, then run `warder allow`")
    }

    // MARK: The project's file

    private func canonical(_ project: String) throws(SettingsError) -> String {
        let (parent, name) = PrivateFile.split(project)
        guard let directory = canonicalPath(parent) else { throw SettingsError(.notFound, file: project, "no such file") }
        return directory == "/" ? "/\(name)" : "\(directory)/\(name)"
    }

    /// Any owner and mode: trust is by hash. Opened without blocking, so that a FIFO is refused instead of waited for.
    private static func read(_ project: String) throws(SettingsError) -> [UInt8] {
        try SettingsFile.read(project)
    }

    private static func hash(_ bytes: [UInt8]) throws(SettingsError) -> String {
        do throws(SodiumError) {
            var hash = try KeyedHash(label: "warder/settings/project/1")
            hash.update(bytes)
            return hash.finalize().bytes.map { hexadecimal($0) }.joined()
        } catch {
            throw SettingsError(.io, file: "libsodium", error.description)
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return byte < 16 ? "0\(digits)" : digits
    }

    // MARK: The list

    private func list() throws(SettingsError) -> AllowedProjects {
        try AllowedProjects(try SettingsFile.readIfPresent(path) ?? [], file: path)
    }

    private func change(_ edit: (inout [String: String]) -> Void) throws(SettingsError) {
        try SettingsFile.replace(path) { bytes throws(SettingsError) in
            var list = try AllowedProjects(bytes, file: path)
            edit(&list.allowed)
            return list.bytes
        }
    }
}

/// The contents of the list of allowed projects.
private struct AllowedProjects {
    /// Hashes by path.
    var allowed: [String: String] = [:]

    init(_ bytes: [UInt8], file: String) throws(SettingsError) {
        for (number, line) in bytes.split(separator: .lineFeed, omittingEmptySubsequences: false).enumerated() where !line.isEmpty {
            let path = line.dropFirst(Digest.byteCount * 2 + 1)
            let digits = line.prefix(Digest.byteCount * 2)
            let isHash = digits.count == Digest.byteCount * 2 && digits.allSatisfy { "0123456789abcdef".utf8.contains($0) }
            guard isHash, line.dropFirst(digits.count).first == .space, path.first == UInt8(ascii: "/"),
                let path = String(validating: path, as: UTF8.self)
            else { throw SettingsError(.invalid, file: file, line: number + 1, "is not a hash and a path") }
            allowed[path] = String(decoding: digits, as: UTF8.self)
        }
    }

    var bytes: [UInt8] {
        Array(allowed.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)\n" }.joined().utf8)
    }
}
