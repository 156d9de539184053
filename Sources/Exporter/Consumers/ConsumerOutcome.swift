/// What `apply` did for one consumer.
public struct ConsumerOutcome: Sendable {
    /// The consumer.
    public let name: String
    /// What was done, nothing if all was right; or why its copy is as it was before.
    public let steps: Result<[Step], any Error>

    /// One thing that was done, or was found.
    public struct Step: Hashable, Sendable {
        /// In words, without values.
        public let text: String
        /// Whether it is something that a person has to see to: a daemon that did not take the new values.
        public let isFinding: Bool
        /// Whether the next run should try again.
        let isOpen: Bool

        static func done(_ text: String) -> Step { Step(text: text, isFinding: false, isOpen: false) }
        /// What did not work, and may work the next time.
        static func failed(_ text: String) -> Step { Step(text: text, isFinding: true, isOpen: true) }
        /// What a person has to see to; trying again would change nothing.
        static func finding(_ text: String) -> Step { Step(text: text, isFinding: true, isOpen: false) }
    }
}

/// What one consumer holds.
public struct ConsumerStatus: Sendable {
    /// The consumer.
    public let name: String
    /// What it was given last, or nil.
    public let held: HeldCopy?
    /// How its copy differs from what it should be, nothing if it is right; or why that cannot be told.
    public let drift: Result<[Drift], any Error>
}
