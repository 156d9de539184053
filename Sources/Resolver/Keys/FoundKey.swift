internal import Keystore
internal import Profiles
internal import SodiumCrypto

/// A key, and what decides where it may go.
struct FoundKey {
    let value: SecretValue
    let origin: Origin
    /// How it travels, where that differs from its slot.
    var auth: AuthScheme?
    /// The hosts to which it may go; empty for any.
    var allowedHosts: [String] = []
    /// How often it is taken compared with the others of its pool.
    var weight = 1

    init(_ value: SecretValue, _ origin: Origin, auth: AuthScheme? = nil) {
        self.value = value
        self.origin = origin
        self.auth = auth
    }

    init(_ secret: Secret, auth: AuthScheme? = nil) {
        value = secret.value
        origin = .secret(SecretGeneration(name: secret.listing.name.description, generation: secret.listing.generation))
        self.auth = auth
        allowedHosts = secret.listing.metadata.allowedHosts
    }

    /// The secret that it is, if it is one.
    var secretName: String? {
        if case .secret(let secret) = origin { secret.name } else { nil }
    }

    /// How long it may be kept before its source is asked again, in seconds; nil for as long as the vault does not change.
    var lifetime: Int? {
        switch origin {
        case .file, .program: 1
        case .other: 300
        default: nil
        }
    }
}
