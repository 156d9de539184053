/// What became of one question of systemd's.
public enum CredentialEvent: Sendable {
    /// The service manager has the whole value. It asks once for each command of a unit, so several times in one start.
    case given(Delivery)
    /// Nobody got anything.
    case refused(Refusal)

    /// A credential that was given.
    public struct Delivery: Sendable {
        /// The unit that is being started: an instance by its own name.
        public let unit: String
        /// The name under which the unit finds it.
        public let credential: String
        /// The consumer by which the unit gets it.
        public let consumer: String
        /// The secrets that the value comes from.
        public let sources: [UnitCredential.Source]
        /// The manager's process, of the machine or of a user.
        public let process: Int32
    }

    /// A question without an answer.
    public struct Refusal: Sendable {
        /// Why.
        public let reason: RefusalReason
        /// The unit and the name of the credential, if the service manager itself has asked.
        public let question: (unit: String, credential: String)?
        /// The process that asked; nil if the kernel does not say.
        public let process: Int32?
        /// Its user.
        public let user: UInt32?
    }
}

/// Why there was no answer. A closed set, so that metrics can count it.
public enum RefusalReason: String, Hashable, Sendable, CaseIterable {
    /// The process at the other end does not belong to the service manager's user.
    case foreign
    /// It does, but its end has no name of systemd's.
    case unnamed
    /// The vault is locked.
    case locked
    /// No consumer is for that unit.
    case unknownUnit
    /// No consumer gives the unit a credential of that name.
    case unknownCredential
    /// Several consumers give the unit a credential of that name.
    case ambiguous
    /// The value is empty, or longer than systemd takes.
    case unusable
    /// The manager took too long to read, or went away.
    case stalled

    /// One line for a log, without names.
    var message: String {
        switch self {
        case .foreign: "a process that is not the service manager's gets no credential"
        case .unnamed: "a connection without a name of systemd's gets no credential"
        case .locked: "the vault is locked: a unit gets no credential, and cannot start"
        case .unknownUnit: "no consumer is for this unit: it gets no credential, and cannot start"
        case .unknownCredential: "no consumer gives this unit such a credential: it cannot start"
        case .ambiguous: "several consumers give this unit the same credential: it gets none, and cannot start"
        case .unusable: "the value is empty or too long for a credential: the unit cannot start"
        case .stalled: "the service manager did not read a credential to its end"
        }
    }
}
