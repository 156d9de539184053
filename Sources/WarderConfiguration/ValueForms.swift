public import Configuration
internal import SodiumCrypto

extension WarderProvider {
    /// What a value must look like to be read as bytes.
    public enum BytesForm: Sendable {
        /// Text that the decoder understands.
        case text(any ConfigBytesFromStringDecoder)
        /// The value's own bytes, whatever they are. The elements of an array of byte chunks are the UTF-8 of its text.
        case raw

        /// Base64 with padding, as `EnvironmentVariablesProvider` has it by default (RFC 4648, section 4).
        public static let base64 = BytesForm.text(ConfigBytesFromBase64StringDecoder())
        /// Two hexadecimal digits for each byte.
        public static let hex = BytesForm.text(ConfigBytesFromHexStringDecoder())
    }
}

/// How keys become names of variables, and values become what was asked for.
///
/// Both are what `EnvironmentVariablesProvider` makes of them, because it is asked: an application reads the same from an environment and
/// from a vault.
struct ValueForms: Sendable {
    let bytes: WarderProvider.BytesForm
    let arraySeparator: Character

    private static let emptyEnvironment = EnvironmentVariablesProvider(environmentVariables: [:])

    /// The name of the variable for `key`: `http.serverTimeout` is `HTTP_SERVER_TIMEOUT`.
    static func encodedKey(_ key: AbsoluteConfigKey) throws -> String {
        try emptyEnvironment.value(forKey: key, type: .string).encodedKey
    }

    /// The value as `type`, always marked as a secret. What is in it cannot be wiped: this is the last boundary.
    ///
    /// - Throws: ``WarderProviderError``, for every value that does not fit.
    func decode(_ value: SecretValue, forKey key: AbsoluteConfigKey, named encodedKey: String, as type: ConfigType) throws -> ConfigValue {
        let revealed = value.reveal()
        if type == .bytes, case .raw = bytes { return ConfigValue(.bytes(revealed), isSecret: true) }
        guard let text = String(validating: revealed, as: UTF8.self) else {
            throw WarderProviderError(code: .notText, encodedKey: encodedKey, type: type)
        }
        // Its own error is not passed on: what that says is not ours to promise.
        guard let content = try? environment(of: encodedKey, text).value(forKey: key, type: type).value?.content else {
            throw WarderProviderError(code: .notConvertible, encodedKey: encodedKey, type: type)
        }
        return ConfigValue(content, isSecret: true)
    }

    private func environment(of name: String, _ text: String) -> EnvironmentVariablesProvider {
        let decoder: any ConfigBytesFromStringDecoder =
            switch bytes {
            case .text(let decoder): decoder
            case .raw: UTF8Decoder()
            }
        return EnvironmentVariablesProvider(
            environmentVariables: [name: text], secretsSpecifier: .all, bytesDecoder: decoder, arraySeparator: arraySeparator)
    }

    private struct UTF8Decoder: ConfigBytesFromStringDecoder {
        func decode(_ value: String) -> [UInt8]? { Array(value.utf8) }
    }
}
