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

    /// Whether none of them is given.
    var isEmpty: Bool {
        [kind, expires, rotateBy, note].allSatisfy { $0 == nil } && labels.isEmpty && hosts.isEmpty && !noLabels && !noAllowedHosts
    }

    /// How metadata changes; spans of time begin at `now`.
    func change(now: UInt64) throws -> MetadataChange {
        var change = MetadataChange(kind: kind, note: note)
        change.expires = try expires.map { try Timestamp.parse($0, now: now) }
        change.rotateBy = try rotateBy.map { try Timestamp.parse($0, now: now) }
        var added: [String: String] = [:]
        for label in labels {
            guard let equals = label.firstIndex(of: "=") else { throw Failure(.invalid, "a label is KEY=TEXT") }
            added[String(label[..<equals])] = String(label[label.index(after: equals)...])
        }
        if noLabels || !added.isEmpty {
            change.labels = { [noLabels, added] before in (noLabels ? [:] : before).merging(added) { _, new in new } }
        }
        if noAllowedHosts || !hosts.isEmpty { change.allowedHosts = hosts }
        return change
    }
}
