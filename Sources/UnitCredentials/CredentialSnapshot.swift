public import SodiumCrypto

/// What units get, at one moment. Never changes: a later state is another snapshot.
public struct CredentialSnapshot: Sendable {
    /// What is known of one credential of one unit.
    enum Entry: Sendable {
        case credential(UnitCredential)
        /// Several consumers give the unit a credential of this name: none is given.
        case ambiguous
    }

    private var units: [String: [String: Entry]] = [:]

    /// A snapshot without any.
    public init() {}

    /// Adds a credential. One that another consumer has added for the same unit, under the same name, is given to nobody.
    ///
    /// - Parameters:
    ///   - credential: what the unit gets.
    ///   - name: the name under which it finds it.
    ///   - unit: its own name, `NAME.service`. A template, `NAME@.service`, stands for all its instances; nothing else stands for another
    ///     unit, no alias and no pattern. For an instance that is named itself, its own credential wins over the template's.
    public mutating func add(_ credential: UnitCredential, named name: String, to unit: String) {
        let isTaken = units[unit]?[name] != nil
        units[unit, default: [:]][name] = isTaken ? .ambiguous : .credential(credential)
    }

    /// How many credentials there are.
    public var count: Int { units.values.reduce(0) { $0 + $1.count } }

    /// What a unit gets under a name.
    func entry(_ name: String, of unit: String) -> Entry? {
        if let entry = units[unit]?[name] { return entry }
        return PeerName.template(of: unit).flatMap { units[$0]?[name] }
    }

    /// Whether a unit gets anything.
    func knows(_ unit: String) -> Bool {
        units[unit] != nil || PeerName.template(of: unit).map { units[$0] != nil } ?? false
    }
}

/// One credential of a unit.
public struct UnitCredential: Sendable {
    /// What the unit reads: 1 byte to 1 MiB. An empty one is given to nobody, since a unit cannot tell it from none.
    public let value: SecretValue
    /// The consumer by which the unit gets it, `[consumer.NAME]`.
    public let consumer: String
    /// The secrets that the value comes from.
    public let sources: [Source]

    /// One generation of a secret.
    public struct Source: Hashable, Sendable {
        /// The secret's name.
        public let name: String
        /// Its generation.
        public let generation: UInt64

        /// - Parameters:
        ///   - name: the secret's name.
        ///   - generation: its generation.
        public init(name: String, generation: UInt64) {
            self.name = name
            self.generation = generation
        }
    }

    /// - Parameters:
    ///   - value: what the unit reads.
    ///   - consumer: the consumer by which the unit gets it.
    ///   - sources: the secrets that the value comes from.
    public init(value: SecretValue, consumer: String, sources: [Source]) {
        self.value = value
        self.consumer = consumer
        self.sources = sources
    }
}
