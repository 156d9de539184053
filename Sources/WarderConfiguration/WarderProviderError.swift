public import Configuration

/// Why a variable cannot be read as the type that was asked for.
public struct WarderProviderError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: Sendable {
        /// The value is not UTF-8. Only ``WarderProvider/BytesForm/raw`` bytes have no need of that.
        case notText
        /// The value's text is not of the form of the type.
        case notConvertible
    }

    /// The reason.
    public let code: Code
    /// The variable's name, which is the key in its encoded form.
    public let encodedKey: String
    /// The type that was asked for.
    public let type: ConfigType

    /// One line: the variable's name and the wanted type, never the value or a part of it.
    public var description: String {
        switch code {
        case .notText: "\(encodedKey) is not UTF-8 text, so it cannot be read as \(type.rawValue)"
        case .notConvertible: "\(encodedKey) does not have the form of \(type.rawValue)"
        }
    }
}
