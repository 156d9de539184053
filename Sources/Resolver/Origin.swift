public import Profiles
public import Settings

/// Where a part of a request comes from.
public enum Origin: Hashable, Sendable, CustomStringConvertible {
    /// The request itself.
    case request
    /// The catalogue of providers.
    case catalogue
    /// The settings.
    case settings(SettingsPlace)
    /// A generation of a secret.
    case secret(SecretGeneration)
    /// A variable of this process's environment.
    case variable(String)
    /// A variable of another source, by the source's name.
    case other(source: String, variable: String)
    /// A file with a key.
    case file(String)
    /// What a program printed.
    case program(String)

    /// In words, without values.
    public var description: String {
        switch self {
        case .request: "what was asked for"
        case .catalogue: "the catalogue"
        case .settings(let place): place.description
        case .secret(let secret): "the secret \(secret.name), generation \(secret.generation)"
        case .variable(let name): "the environment, \(name)"
        case .other(let source, let name): "\(source), \(name)"
        case .file(let path): "the file \(path)"
        case .program(let path): "the program \(path)"
        }
    }
}
