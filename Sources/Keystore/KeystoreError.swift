package import PrivateFiles
package import SodiumCrypto

/// Why the keystore gave nothing, or changed nothing.
public struct KeystoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The closed set of reasons. The numbers are the exit codes of the command, and never change.
    public enum Code: Int32, Sendable {
        /// A name, a value or an option is outside what the vault takes.
        case invalid = 2
        /// Nothing was given that could unlock the vault.
        case locked = 10
        /// The passphrase or key opens no slot.
        case noMatch = 11
        /// Bytes of the vault are not what this program wrote.
        case corrupt = 12
        /// The vault is older than what this host has seen.
        case rolledBack = 13
        /// The vault went another way than what this host has seen.
        case forked = 14
        /// It is another vault than what this host has seen.
        case replaced = 15
        /// A slot asks for less or more Argon2id work than is allowed.
        case kdfRefused = 16
        /// There is not enough memory for the Argon2id work that a slot asks for.
        case kdfMemory = 17
        /// Another process holds the lock.
        case busy = 18
        /// Something is there already, or is not of the generation that was expected.
        case conflict = 19
        /// A system call failed.
        case io = 20
        /// A file's type, owner, mode, links or size are not what they must be.
        case unsafeFile = 21
        /// There is no such secret, generation, slot or vault.
        case notFound = 22
        /// The vault has a newer format than this program knows.
        case tooNew = 23
        /// The audit trail does not fit the vault, so nothing can be added to it.
        case auditUnavailable = 24
    }

    /// The reason.
    public let code: Code
    /// One line: names, paths and numbers, never a value.
    public let description: String

    /// - Parameters:
    ///   - code: the reason.
    ///   - description: one line, without values.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    static func corrupt(_ what: String) -> KeystoreError { KeystoreError(.corrupt, what) }
}

extension KeystoreError {
    package init(_ error: SodiumError) {
        switch error.code {
        case .unavailable, .outOfMemory: self.init(.io, error.description)
        case .authenticationFailure: self.init(.corrupt, "a record does not open")
        case .invalidParameters: self.init(.corrupt, "a field has the wrong length")
        }
    }

    package init(_ error: FileError) {
        let code: Code =
            switch error.code {
            case .io: .io
            case .unsafe: .unsafeFile
            case .notFound: .notFound
            case .exists: .conflict
            }
        self.init(code, error.description)
    }
}

/// Runs `body` and says its failure in the keystore's terms.
func inKeystoreTerms<Result: ~Copyable>(_ body: () throws -> Result) throws(KeystoreError) -> Result {
    do {
        return try body()
    } catch let error as KeystoreError {
        throw error
    } catch let error as SodiumError {
        throw KeystoreError(error)
    } catch let error as FileError {
        throw KeystoreError(error)
    } catch {
        throw KeystoreError(.io, "unexpected failure")
    }
}
