public import PrivateFiles
public import Settings

/// Someone who holds a copy of variables: one `[consumer.NAME]`, checked, with its paths on this machine.
public struct Consumer: Sendable {
    /// What the settings say.
    public let settings: ConsumerSettings
    /// The form of the copy.
    public let copy: CopyForm
    /// The unit that reads the copy or is told of changes, if there is one.
    public let unit: UnitName?
    /// Whose file it is, if not this user's.
    public let owner: PrivateFile.Owner?

    /// Its name, as in `[consumer.NAME]`.
    public var name: String { settings.name }

    /// - Parameters:
    ///   - settings: what the settings say.
    ///   - directories: where this user's files are.
    /// - Throws: ``ExportError/Code/settings`` if the settings make no sense together, ``ExportError/Code/unknownFormat``,
    ///   ``ExportError/Code/invalidName`` for a bad unit.
    public init(_ settings: ConsumerSettings, directories: UserDirectories) throws(ExportError) {
        self.settings = settings
        unit = try settings.unit.map { text throws(ExportError) in try UnitName(text) }
        owner = try settings.owner.map { name throws(ExportError) in
            guard let owner = UserTable.owner(name) else { throw .settings(settings, "the user \(name) is not on this machine") }
            return owner
        }
        if let kind = CopyForm.UnitKind(rawValue: settings.format) {
            guard let unit else { throw .settings(settings, "the format \(settings.format) needs a unit") }
            guard settings.path == nil else { throw .settings(settings, "the format \(settings.format) has no path of its own") }
            guard settings.owner == nil else { throw .settings(settings, "the format \(settings.format) has no owner of its own") }
            copy = .unit(unit, kind)
        } else {
            let format = try Formats.named(settings.format)
            guard let path = settings.path else { throw .settings(settings, "the format \(settings.format) needs a path") }
            copy = .file(directories.expand(path), format)
        }
    }

    /// Whether more happens than that a file is written.
    var hasEffects: Bool { unit != nil || settings.onChange != .nothing }

    /// The socket from which its unit loads credentials, if it does and nobody listens there.
    public func absentSocket(_ places: ConsumerPlaces) -> String? {
        guard case .unit(_, .socket) = copy else { return nil }
        let socket = places.systemd(settings.scope).credentialSocket
        return socket.isAbsent ? socket.path : nil
    }

    /// Whether nothing of its copy is on a disk: the daemon gives its unit the values when it starts.
    public var isServedFromMemory: Bool {
        if case .unit(_, .socket) = copy { true } else { false }
    }

    /// The formats that only consumers have.
    public static var unitFormats: [String] { CopyForm.UnitKind.allCases.map(\.rawValue) }
}

/// The form of a copy.
public enum CopyForm: Sendable {
    /// One file, in an environment format.
    case file(String, any EnvironmentFormat.Type)
    /// A drop-in for a unit, with private files beside it unless the daemon has the values.
    case unit(UnitName, UnitKind)

    /// How a unit gets variables.
    public enum UnitKind: String, CaseIterable, Sendable {
        /// `EnvironmentFile=` with a private file.
        case dropIn = "systemd-drop-in"
        /// `LoadCredentialEncrypted=`, one credential for each variable.
        case credential = "systemd-credential"
        /// `LoadCredential=` from the daemon's socket, one credential for each variable: nothing of it is on a disk.
        case socket = "systemd-credential-socket"
    }
}

/// The users of the machine, by /etc/passwd alone: a static program makes no call to the name service.
enum UserTable {
    /// The user of a name or number, with its first group.
    static func owner(_ name: String, in passwd: String = "/etc/passwd") -> PrivateFile.Owner? {
        guard let bytes = try? PrivateFile.readTrusted(passwd, maximum: 16 << 20) else { return nil }
        let users = bytes.split(separator: UInt8(ascii: "\n")).map { line in
            line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        }.filter { $0.count == 7 }
        // A name may look like a number: names come first.
        guard let found = users.first(where: { $0[0] == name }) ?? users.first(where: { $0[2] == name }),
            let user = UInt32(found[2]), let group = UInt32(found[3])
        else { return nil }
        return PrivateFile.Owner(user: user, group: group)
    }
}

extension ExportError {
    static func settings(_ settings: ConsumerSettings, _ reason: String) -> ExportError {
        ExportError(.settings, "\(settings.file): line \(settings.line): [consumer.\(settings.name)]: \(reason)", reason: reason)
    }
}
