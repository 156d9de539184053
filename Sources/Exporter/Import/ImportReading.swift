internal import PrivateFiles
internal import Settings
public import SodiumCrypto

/// What a source holds that could become secrets, and what it holds that was left, with the reasons.
public struct ImportReading: Sendable {
    /// A value to be stored.
    public struct Found: Sendable {
        /// The variable's name, or the name that the secret should have: without the prefix, and not yet checked.
        public let name: String
        /// Its value.
        public let value: SecretValue
        /// The line on which it stands, from 1; nil for a source without lines.
        public let line: Int?

        init(_ name: String, _ value: SecretValue, line: Int?) {
            self.name = name
            self.value = value
            self.line = line
        }
    }

    /// Something that looks like a variable or a key and was not taken.
    public struct Left: Equatable, Sendable {
        /// The lines on which it stands, from 1; nil for a source without lines.
        public let lines: ClosedRange<Int>?
        /// Its name, if that can be shown: not if it could be a part of a value.
        public let name: String?
        /// Why, in words that hold nothing of a value.
        public let reason: String

        /// The reason of one that is sent as it stands, and is no key.
        package static let nameForKey = "the name of a variable where the key itself belongs"
        /// The reason of one that may be a key, where everybody takes it for a name.
        package static let keyForName = "not the name of a variable, which belongs here: it may be the key itself"

        init(_ lines: ClosedRange<Int>?, _ name: String?, _ reason: String) {
            self.lines = lines
            self.name = name
            self.reason = reason
        }

        init(line: Int?, _ name: String?, _ reason: String) {
            self.init(line.map { $0...$0 }, name, reason)
        }
    }

    /// A place where a key would stand, but only says where to find it.
    public struct Reference: Equatable, Sendable {
        /// The line, from 1.
        public let line: Int
        /// What it is for.
        public let name: String
        /// Where it leads: `the variable X`, `a file`, `a program`.
        public let target: String

        init(line: Int, _ name: String, _ target: String) {
            self.line = line
            self.name = name
            self.target = target
        }
    }

    /// What the source was taken for: `an OpenClaw configuration`.
    public var kind: String
    /// What can be stored.
    public var found: [Found] = []
    /// What was left.
    public var left: [Left] = []
    /// What leads elsewhere: nothing to take.
    public var references: [Reference] = []
    /// What else is worth a line.
    public var remarks: [String] = []
    /// Whether the source is nothing but variables, and so of no use once they are stored.
    public var isOnlyVariables = false
    /// Whether the found variables go into environments, in which some names are reserved.
    var hasVariables = false

    init(_ kind: String) { self.kind = kind }

    /// Adds a value.
    ///
    /// - Throws: ``ExportError/Code/file(_:)`` if there is no memory for it.
    mutating func add(_ name: String, _ value: [UInt8], line: Int?) throws(ExportError) {
        do {
            found.append(Found(name, try SecretValue(copying: value), line: line))
        } catch {
            throw ExportError(.file(.io), error.description)
        }
    }
}

/// Whether a name can be shown although nobody knows whether it is one: it could be the end of a value.
func isShowable(_ name: String) -> Bool {
    isVariableName(name.utf8) && name.utf8.count <= 64 && !KeyLikeText.matches(name)
}
