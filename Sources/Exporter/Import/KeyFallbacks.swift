internal import PrivateFiles
public import Resolver
public import SodiumCrypto
internal import Synchronization

/// The variables of an environment file, as everything reads them that reads `.env` files. Read when first asked for.
public struct EnvironmentFileVariables: VariableSource {
    private let reading: Once<ImportReading>
    /// The file's path.
    public let name: String

    /// - Parameter path: the file.
    public init(path: String) {
        name = path
        reading = Once {
            // Whoever can write the file could have this user's requests paid, and read, by another account.
            let bytes: [UInt8]
            do throws(FileError) { bytes = try PrivateFile.readTrusted(path, maximum: ImportFile.maximumByteCount) } catch {
                throw ExportError(.file(error.code), error.description)
            }
            do throws(ExportError) { return try ImportAgreement.read(bytes, among: ImportAgreement.dotenvNames) } catch {
                throw ExportError(error.code, "\(path): \(error.description)", hint: error.hint)
            }
        }
    }

    /// The value of a variable.
    ///
    /// - Throws: ``ExportError/Code/malformed`` if it stands there in a way that is not read alike by all; ``ExportError/Code/file(_:)``.
    public func value(of variable: String) throws -> SecretValue? {
        let reading = try reading.value()
        if let value = reading.last(variable) { return value }
        guard let left = reading.left.first(where: { $0.name == variable }) else { return nil }
        let line = left.lines.map { ": line \($0.lowerBound)" } ?? ""
        throw ExportError(
            .malformed, "\(name)\(line): \(variable) is not read alike by everything that reads such files",
            hint: "write it on one line: NAME='value'")
    }
}

/// The variables that the login shell's startup files set. The shell is started when first asked for.
public struct LoginShellVariables: VariableSource {
    private let reading: Once<ImportReading>
    /// What it is called.
    public let name = "the login shell"

    /// - Parameter environment: see ``LoginShell/inherited``.
    public init(environment: [String: String]) {
        reading = Once { try LoginShell(environment: environment).read(all: true) }
    }

    /// The value of a variable.
    ///
    /// - Throws: ``ExportError/Code/file(_:)`` if the shell fails.
    public func value(of variable: String) throws -> SecretValue? { try reading.value().last(variable) }
}

extension ImportReading {
    fileprivate func last(_ variable: String) -> SecretValue? { found.last { $0.name == variable }?.value }
}

/// Something that is made at most once, by whoever asks first.
private final class Once<Value: Sendable>: Sendable {
    private let made = Mutex<Value?>(nil)
    private let make: @Sendable () throws -> Value

    init(_ make: @escaping @Sendable () throws -> Value) { self.make = make }

    func value() throws -> Value {
        try made.withLock { made in
            if let made { return made }
            let value = try make()
            made = value
            return value
        }
    }
}
