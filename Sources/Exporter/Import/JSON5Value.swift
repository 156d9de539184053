/// A value of a JSON5 document, with the place where it stands, so that a later edit can leave everything else as it is.
///
/// Source: https://spec.json5.org
package struct JSON5Value: Sendable {
    /// What it is.
    package enum Content: Sendable {
        case null
        case bool(Bool)
        case number(Double)
        /// Decoded, UTF-8.
        case string([UInt8])
        case array([JSON5Value])
        /// In the order of the document; a name can be there twice, and then the last counts.
        case object([JSON5Member])
    }

    /// What it is.
    package let content: Content
    /// The bytes from its first character to its last: quotes and brackets included.
    package let span: Range<Int>
    /// The line on which it begins, from 1.
    package let line: Int
}

/// A name and its value in a JSON5 object.
package struct JSON5Member: Sendable {
    /// The name, decoded.
    package let key: String
    /// The bytes of the name, its quotes included if it has any.
    package let keySpan: Range<Int>
    /// The line on which the name stands, from 1.
    package let line: Int
    /// The value.
    package let value: JSON5Value
}

extension JSON5Value {
    /// The value of the last member with this name, if this is an object that has one.
    package subscript(_ key: String) -> JSON5Value? {
        guard case .object(let members) = content else { return nil }
        return members.last { $0.key == key }?.value
    }
}
