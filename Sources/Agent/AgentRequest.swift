/// What the agent can be asked. The numbers are the protocol's, and never change.
enum AgentRequest: UInt8 {
    /// Which vaults are unlocked. Answer: for each its identifier, fingerprint and path, and the seconds that are left of its time and until it
    /// is idle for too long, as texts; empty for no limit.
    case status = 1
    /// Whether a vault is unlocked: its identifier. Answer: its fingerprint.
    case session = 2
    /// Unlocks a vault: its identifier, its root key, its path, the seconds of its time and those of idleness, as texts; empty for no limit.
    /// Answer: its fingerprint.
    case unlock = 3
    /// Locks one vault, by its identifier, or all.
    case lock = 4
    /// The identifiers of records: the vault, then names.
    case recordIDs = 16
    /// Opens: the vault, then boxes, each followed by what it is bound to. Answer: the plaintexts.
    case open = 17
    /// Seals: the vault, then plaintexts, each followed by what it is bound to. Answer: the boxes.
    case seal = 18
    /// The authenticator of a head: the vault, then the message.
    case authenticate = 19
    /// Begins a backup: the vault. Answer: the state of a stream of its own, and its header.
    case backup = 20
}

/// The first byte of an answer: 0, or the code of an error, whose one field is its line.
enum AgentStatus {
    static let done: UInt8 = 0
}
