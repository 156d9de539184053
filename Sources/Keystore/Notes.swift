public import SodiumCrypto

/// What Warder remembers in a vault beside the secrets, in records of their own kind: who holds a copy of what, what was changed in other
/// programs' configurations, and who may use the proxy.
///
/// A note is sealed, indexed, backed up and rekeyed as a secret is, but has no history and is listed nowhere among the secrets.
public struct NoteName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// What notes are about.
    public enum Area: String, Sendable {
        /// A copy that a consumer holds.
        case consumer
        /// What was changed in another program's configuration.
        case wiring
        /// A client of the proxy.
        case client
        /// How the proxy is to be.
        case proxy
    }

    /// What the note is about.
    public let area: Area
    /// Which of them: a name as secrets have it.
    public let name: String
    /// `AREA:NAME`.
    public var description: String { recordName.description }

    let recordName: SecretName

    /// - Parameters:
    ///   - area: what the note is about.
    ///   - name: a name as secrets have it, 1 to 256 bytes.
    /// - Throws: ``KeystoreError/Code/invalid``.
    public init(_ area: Area, _ name: String) throws(KeystoreError) {
        self.area = area
        self.name = try SecretName(name).description
        recordName = try .ofRecord("\(area.rawValue):\(name)")
    }

    init(_ recordName: SecretName) throws(KeystoreError) {
        let parts = recordName.description.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let area = Area(rawValue: String(parts[0])) else {
            throw KeystoreError(.tooNew, "a note is about something that this program does not know")
        }
        self.area = area
        name = String(parts[1])
        self.recordName = recordName
    }

    /// Orders by area, then by name.
    public static func < (left: NoteName, right: NoteName) -> Bool { left.recordName < right.recordName }
}

extension Vault {
    /// All notes of an area, by name.
    public func notes(_ area: NoteName.Area) throws(KeystoreError) -> [(name: NoteName, content: SecretValue)] {
        try verified { view throws(KeystoreError) in
            var found: [(name: NoteName, content: SecretValue)] = []
            try forEachNewest(view, of: [.note]) { records throws(KeystoreError) in
                let names = try listings(view, records).map { listing throws(KeystoreError) in try NoteName(listing.name) }
                let wanted = zip(names, records).filter { $0.0.area == area }
                for ((name, _), content) in zip(wanted, try view.values(wanted.map(\.1))) { found.append((name, content)) }
            }
            return found.sorted { $0.name < $1.name }
        }
    }

    /// Adds entries to the audit trail about what was done with values outside of the vault.
    ///
    /// - Parameters:
    ///   - uses: the secrets.
    ///   - operation: what was done with them.
    ///   - now: milliseconds since 1970 UTC.
    public func record(
        _ uses: [(name: String, generation: UInt64)], as operation: AuditEntry.Operation, now: UInt64 = WallClock.now()
    ) throws(KeystoreError) {
        guard !uses.isEmpty else { return }
        try commit(now: now) { draft throws(KeystoreError) in
            for use in uses { try draft.note(operation, use.name, generation: use.generation) }
        }
    }

    /// Writes notes, and erases those whose content is nil, in one transaction.
    ///
    /// - Parameters:
    ///   - notes: the content of each: 0 bytes to 1 MiB.
    ///   - operation: what the audit trail says was done.
    ///   - now: milliseconds since 1970 UTC.
    public func write(
        _ notes: [(name: NoteName, content: SecretValue?)], as operation: AuditEntry.Operation, now: UInt64 = WallClock.now()
    ) throws(KeystoreError) {
        for (name, content) in notes where content.map({ $0.count > SecretLimits.maximumValueByteCount }) ?? false {
            throw KeystoreError(.invalid, "\(name): a note has at most \(SecretLimits.maximumValueByteCount) bytes")
        }
        guard Set(notes.map(\.name)).count == notes.count else { throw KeystoreError(.invalid, "a note is there twice") }
        try commit(now: now) { draft throws(KeystoreError) in
            for (name, content) in notes {
                let id = try keys.recordID(of: name.recordName)
                let newest = try draft.newestGeneration(id)
                try draft.erase(id) { _ throws(KeystoreError) in true }
                if let content {
                    try draft.add([
                        .init(
                            name: name.recordName, id: id, kind: .note, generation: newest + 1, created: now, metadata: Metadata(),
                            value: content)
                    ])
                }
                try draft.note(operation, name.name, generation: content == nil ? 0 : newest + 1)
            }
        }
    }
}
