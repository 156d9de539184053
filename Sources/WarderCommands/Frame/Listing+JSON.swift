internal import Keystore

extension Listing {
    /// Everything but the value, under the names of the contract.
    var json: JSON { .object(fields) }

    var fields: [(String, JSON)] {
        [
            ("name", .string(name.description)), ("kind", .text(metadata.kind)), ("generation", .number(generation)),
            ("created", .time(created)), ("expires", .time(metadata.expires)), ("rotate_by", .time(metadata.rotateBy)),
            ("note", .text(metadata.note)),
            ("labels", .object(metadata.labels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })),
            ("allowed_hosts", .array(metadata.allowedHosts.map(JSON.string))),
        ]
    }
}
