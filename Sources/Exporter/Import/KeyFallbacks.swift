public import Resolver
public import SodiumCrypto
internal import Synchronization

/// The variables of an environment file, as far as all dialects read its lines alike. Read when first asked for.
public struct EnvironmentFileVariables: VariableSource {
    private let reading: Once<ImportReading>
    public let name: String

    /// - Parameter path: the file.
    public init(path: String) {
        name = path
        reading = Once { try ImportFormat.agreement.read(ImportFile(path: path)) }
    }

    public func value(of variable: String) throws -> SecretValue? { try reading.value().last(variable) }
}

/// The variables that the login shell's startup files set. The shell is started when first asked for.
public struct LoginShellVariables: VariableSource {
    private let reading: Once<ImportReading>
    public let name = "the login shell"

    /// - Parameter environment: see ``LoginShell/inherited``.
    public init(environment: [String: String]) {
        reading = Once { try LoginShell(environment: environment).read(all: true) }
    }

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
