/// Where something stands in the settings.
public struct SettingsPlace: Hashable, Sendable, CustomStringConvertible {
    /// The path of the file.
    public let file: String
    /// The line in it, from 1.
    public let line: Int

    /// `FILE: line N`
    public var description: String { "\(printable(file)): line \(line)" }
}
