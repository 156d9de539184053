/// The name of a systemd unit that runs a program: `NAME.service`, or an instance `NAME@INSTANCE.service`.
///
/// Source: systemd.unit(5), `unit_name_is_valid()`.
public struct UnitName: Hashable, Sendable, CustomStringConvertible {
    /// 255.
    static let maximumByteCount = 255
    /// The kinds of units that have an environment of their own.
    static let suffixes = [".service", ".socket", ".mount", ".swap"]

    /// The name.
    public let description: String

    /// Takes a name.
    ///
    /// - Throws: ``ExportError/Code/invalidName``; the text is not repeated.
    public init(_ text: String) throws(ExportError) {
        let others = Set(":-_.\\@".utf8)
        guard let suffix = Self.suffixes.first(where: text.hasSuffix), text.utf8.count <= Self.maximumByteCount else {
            throw ExportError(
                .invalidName, "that is not the name of a unit with an environment",
                hint: "such as NAME.service, with the letters of systemd.unit(5) and no slash")
        }
        let name = text.dropLast(suffix.count)
        let isPlain = name.utf8.allSatisfy { isNameByte($0) || others.contains($0) }
        guard isPlain, let first = name.utf8.first, first != UInt8(ascii: "@"), name.utf8.count(where: { $0 == UInt8(ascii: "@") }) <= 1
        else {
            throw ExportError(.invalidName, "that is not the name of a unit", hint: "it has letters, digits and \":-_.\\@\", and no slash")
        }
        description = text
    }

    /// Whether it is a template, `NAME@.service`, of which only instances run.
    var isTemplate: Bool { description.contains("@.") }
}
