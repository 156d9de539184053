internal import Glibc
public import SodiumCrypto

/// Something that has variables, and may have a key among them: the environment of this process, a file, a login shell.
public protocol VariableSource: Sendable {
    /// What it is called.
    var name: String { get }

    /// The value of a variable, or nil if it does not have that one.
    func value(of variable: String) throws -> SecretValue?
}

/// The environment of this process.
public struct ProcessVariables: VariableSource {
    /// The environment of this process.
    public init() {}

    /// `the environment`
    public var name: String { "the environment" }

    /// The value that the process was started with, or has set since: getenv(3).
    public func value(of variable: String) throws -> SecretValue? {
        guard let text = unsafe getenv(variable) else { return nil }
        let count = unsafe strlen(text)
        return unsafe SecretValue(try SecretBytes(copying: RawSpan(_unsafeStart: UnsafeRawPointer(text), byteCount: count)))
    }
}
