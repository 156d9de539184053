/// One `[consumer.NAME]`: who holds a copy of which variables, in which form, and what happens when they change.
public struct ConsumerSettings: Equatable, Sendable {
    /// Whose service manager and files they are.
    public enum Scope: String, CaseIterable, Sendable {
        /// Those of the user who runs the command.
        case user
        /// Those of the machine; the command runs as root.
        case system
    }

    /// What is done when a copy has changed.
    public enum OnChange: Equatable, Sendable {
        /// Nothing: the consumer takes it when it next starts.
        case nothing
        /// The unit is restarted, if it runs.
        case restart
        /// The unit is told to read its configuration again.
        case reload
        /// A program is run, by its absolute path and without a shell.
        case run([String])
    }

    /// `[consumer.NAME]`
    public let name: String
    /// The form of the copy, by the name that `--format` takes.
    public let format: String
    /// The file, absolute or below `~/`. Nil if the copy belongs to a unit.
    public let path: String?
    /// The systemd unit that reads the copy, if there is one.
    public let unit: String?
    /// Whose unit it is.
    public let scope: Scope
    /// The user who owns the file, by name or number, if it is another than the one who writes it.
    public let owner: String?
    /// The profile whose variables are copied.
    public let profile: String
    /// Patterns of the variables that are copied; none for all.
    public let only: [String]
    /// Patterns of the variables that are not copied.
    public let except: [String]
    /// The consumer's name for a variable, and the profile's name for it.
    public let names: [String: String]
    /// What is done when the copy has changed.
    public let onChange: OnChange
    /// The line of its header in ``file``.
    public let line: Int
    /// The path of the settings file.
    public let file: String
}
