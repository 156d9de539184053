internal import ArgumentParser
internal import Keystore

/// What is to be known of a secret beside its value.
struct MetadataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What it is, such as api-key.", valueName: "kind"))
    var kind: String?

    @Option(help: ArgumentHelp("When it stops working: 90d, 12h, 2027-01-31.", valueName: "time"))
    var expires: String?

    @Option(help: ArgumentHelp("When it should be replaced: 90d, 12h, 2027-01-31.", valueName: "time"))
    var rotateBy: String?

    @Option(help: ArgumentHelp("A line for people; empty takes it away.", valueName: "text"))
    var note: String?

    @Option(name: .customLong("label"), help: ArgumentHelp("A label; may be given several times.", valueName: "key=text"))
    var labels: [String] = []

    @Flag(help: "Take all labels away.")
    var noLabels = false

    @Option(
        name: .customLong("allow-host"),
        help: ArgumentHelp("A host that the value may be sent to; may be given several times.", valueName: "host"))
    var hosts: [String] = []

    @Flag(help: "Take all allowed hosts away: the value may be sent anywhere.")
    var noAllowedHosts = false

    /// How metadata changes; the times are counted from `now`.
    func update(now: UInt64) throws -> @Sendable (Metadata?) -> Metadata {
        let expires = try expires.map { try Timestamp.parse($0, now: now) }
        let rotateBy = try rotateBy.map { try Timestamp.parse($0, now: now) }
        var newLabels: [String: String] = [:]
        for label in labels {
            guard let equals = label.firstIndex(of: "=") else { throw Failure(.invalid, "a label is KEY=TEXT") }
            newLabels[String(label[..<equals])] = String(label[label.index(after: equals)...])
        }
        let (kind, note, hosts, noLabels, noAllowedHosts) = (kind, note, hosts, noLabels, noAllowedHosts)
        let labelsToAdd = newLabels
        let update: @Sendable (Metadata?) -> Metadata = { before in
            var metadata = before?.inherited ?? Metadata()
            if let kind { metadata.kind = kind }
            metadata.expires = expires
            metadata.rotateBy = rotateBy
            if let note { metadata.note = note.isEmpty ? nil : note }
            if noLabels { metadata.labels = [:] }
            metadata.labels.merge(labelsToAdd) { _, new in new }
            if noAllowedHosts || !hosts.isEmpty {
                metadata.allowedHosts = Set(hosts.map { $0.lowercased() }).sorted()
            }
            return metadata
        }
        try update(nil).validate()
        return update
    }
}
