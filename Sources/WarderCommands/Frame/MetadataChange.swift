internal import Keystore

/// How the metadata of a new generation differs from what it inherits.
struct MetadataChange: Sendable {
    var kind: String?
    /// Milliseconds since 1970; times are never inherited.
    var expires: UInt64?
    /// Milliseconds since 1970; times are never inherited.
    var rotateBy: UInt64?
    /// Empty takes the note away.
    var note: String?
    /// Nil keeps the labels.
    var labels: (@Sendable ([String: String]) -> [String: String])?
    /// Nil keeps the hosts.
    var allowedHosts: [String]?

    /// The metadata of the new generation, given that of the one before.
    ///
    /// - Throws: 2 if a field is out of bounds.
    func checked() throws -> @Sendable (Metadata?) -> Metadata {
        let change = self
        let update: @Sendable (Metadata?) -> Metadata = { before in
            var metadata = before?.inherited ?? Metadata()
            if let kind = change.kind { metadata.kind = kind }
            metadata.expires = change.expires
            metadata.rotateBy = change.rotateBy
            if let note = change.note { metadata.note = note.isEmpty ? nil : note }
            if let labels = change.labels { metadata.labels = labels(metadata.labels) }
            if let hosts = change.allowedHosts { metadata.allowedHosts = Set(hosts.map { $0.lowercased() }).sorted() }
            return metadata
        }
        try update(nil).validate()
        return update
    }
}
