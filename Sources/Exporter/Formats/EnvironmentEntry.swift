/// One assignment that a reader found in a file. It holds a value and cannot be wiped.
public struct EnvironmentEntry: Equatable, Sendable {
    /// The variable's name, as the consumer takes it.
    public let name: String
    /// Its value, as the consumer takes it.
    public let value: [UInt8]
    /// The lines on which it stands, from 1; more than one if the value has line feeds in it.
    public let lines: ClosedRange<Int>

    /// - Parameters:
    ///   - name: the variable's name.
    ///   - value: its value.
    ///   - lines: the lines on which it stands, from 1.
    public init(_ name: String, _ value: [UInt8], lines: ClosedRange<Int>) {
        self.name = name
        self.value = value
        self.lines = lines
    }
}
