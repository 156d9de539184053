/// The name of a systemd service: `NAME.service`, an instance `NAME@INSTANCE.service`, or a template `NAME@.service`.
///
/// Units of other kinds start programs too, but read their settings from a section of another name.
///
/// Source: systemd.unit(5), `unit_name_is_valid()`.
public struct UnitName: Hashable, Sendable, CustomStringConvertible {
    /// 255.
    static let maximumByteCount = 255
    private static let suffix = ".service"

    /// The name.
    public let description: String

    /// Takes a name.
    ///
    /// - Throws: ``ExportError/Code/invalidName``; the text is not repeated.
    public init(_ text: String) throws(ExportError) {
        guard text.hasSuffix(Self.suffix) else {
            throw ExportError(.invalidName, "that is not the name of a systemd service", hint: "it ends in \(Self.suffix)")
        }
        let others = ":-_.\\@".utf8
        let name = text.utf8.dropLast(Self.suffix.utf8.count)
        let isPlain = name.allSatisfy { isNameByte($0) || others.contains($0) }
        guard isPlain, let first = name.first, first != UInt8(ascii: "@"), text.utf8.count <= Self.maximumByteCount else {
            throw ExportError(
                .invalidName, "that is not the name of a systemd service",
                hint: "it has letters, digits and \":-_.\\@\", no slash, and at most \(Self.maximumByteCount) bytes")
        }
        description = text
    }

    /// Whether it is a template, `NAME@.service`, of which only instances run.
    public var isTemplate: Bool {
        description.firstIndex(of: "@").map { description[description.index(after: $0)...] == Self.suffix } ?? false
    }
}
