internal import Exporter
package import Keystore
internal import PrivateFiles
internal import Profiles
internal import Resolver
internal import Settings
internal import SodiumCrypto
internal import Wiring

/// Why a command ends, as a person sees it: one line, hints, and an exit code.
package struct Failure: Error {
    /// The exit code; warder(7) lists them all.
    package var code: Int32
    /// What and why, without `warder:` and without values.
    package var message: String
    /// What to do about it.
    package var hints: [String] = []

    package init(_ code: KeystoreError.Code, _ message: String, hints: [String] = []) {
        self.init(exitCode: code.rawValue, message, hints: hints)
    }

    package init(exitCode: Int32, _ message: String, hints: [String] = []) {
        code = exitCode
        self.message = message
        self.hints = hints
    }

    /// 1: a check found something. What it found has been printed.
    package static let finding = Failure(exitCode: 1, "")
    /// 25: the settings are invalid.
    package static let settingsInvalid: Int32 = 25
    /// 28: refused by a safety rule.
    package static let refused: Int32 = 28
    /// 27: a provider or the network failed.
    package static let network: Int32 = 27
    /// 26: a value that a format or an environment cannot represent.
    static let unrepresentable: Int32 = 26

    /// The failure that any error of the libraries below is.
    package init(_ error: any Error) {
        switch error {
        case let error as Failure: self = error
        case let error as KeystoreError: self.init(error.code, error.description, hints: Self.hints(error.code))
        case let error as SodiumError: self.init(KeystoreError(error))
        case let error as FileError: self.init(KeystoreError(error))
        case let error as SettingsError:
            let code: Int32 =
                switch error.code {
                case .invalid: Self.settingsInvalid
                case .unsafeFile: KeystoreError.Code.unsafeFile.rawValue
                case .untrusted: Self.refused
                case .notFound: KeystoreError.Code.notFound.rawValue
                case .io: KeystoreError.Code.io.rawValue
                }
            self.init(exitCode: code, error.description, hints: error.hint.map { [$0] } ?? [])
        case let error as ProfileError:
            let code: Int32 =
                switch error.code {
                case .notFound: KeystoreError.Code.notFound.rawValue
                case .invalid: Self.settingsInvalid
                case .refused: Self.refused
                }
            self.init(exitCode: code, error.description, hints: error.hint.map { [$0] } ?? [])
        case let error as ResolverError:
            self.init(exitCode: Self.exitCode(error.code), error.description, hints: error.hint.map { [$0] } ?? [])
        case let error as ExportError:
            self.init(exitCode: error.exitCode, error.description, hints: error.hint.map { [$0] } ?? [])
        case let error as WiringError:
            self.init(exitCode: error.code.rawValue, error.description, hints: error.hint.map { [$0] } ?? [])
        default: self.init(.io, "unexpected failure")
        }
    }

    private static func exitCode(_ code: ResolverError.Code) -> Int32 {
        switch code {
        case .usage: KeystoreError.Code.invalid.rawValue
        case .invalid: settingsInvalid
        case .notFound: KeystoreError.Code.notFound.rawValue
        case .refused: refused
        case .unsafeFile: KeystoreError.Code.unsafeFile.rawValue
        case .io: KeystoreError.Code.io.rawValue
        case .exhausted: network
        }
    }

    private static func hints(_ code: KeystoreError.Code) -> [String] {
        switch code {
        case .rolledBack, .forked, .replaced:
            ["if you know why, look at the fingerprint and sequence of `warder verify`, and tell it so with --accept FINGERPRINT:SEQUENCE"]
        case .auditUnavailable: ["`warder audit verify` says more; a backup from before has the whole trail"]
        case .kdfMemory: ["free some memory, or use a slot with a key file"]
        case .busy: ["try again when the other process is done"]
        default: []
        }
    }
}
