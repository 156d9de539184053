internal import Configuration
internal import Profiles
internal import SodiumCrypto

/// The variables of one reading, in locked memory. A value leaves it only when it is looked up.
struct VariableSnapshot: ConfigSnapshot {
    let providerName: String
    private let values: [String: SecretValue]
    private let forms: ValueForms

    /// Of two variables with one name the last counts.
    init(providerName: String, forms: ValueForms, variables: [EnvironmentVariable]) {
        self.providerName = providerName
        self.forms = forms
        values = Dictionary(variables.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        let encodedKey = try ValueForms.encodedKey(key)
        let value = try values[encodedKey].map { try forms.decode($0, forKey: key, named: encodedKey, as: type) }
        return LookupResult(encodedKey: encodedKey, value: value)
    }

    /// The names that are in only one of the two, or whose bytes differ.
    func changes(to other: VariableSnapshot) -> Set<String> {
        let names = Set(values.keys).union(other.values.keys)
        return names.filter { name in
            guard let old = values[name], let new = other.values[name] else { return true }
            return !SecretBytes.isEqual(old.bytes, new.bytes)
        }
    }
}

extension VariableSnapshot: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The names, sorted.
    var names: [String] { values.keys.sorted() }

    var description: String { "\(providerName)[\(values.count) variables]" }

    var debugDescription: String {
        "\(providerName)[\(values.count) variables\(names.isEmpty ? "" : ": ")\(names.joined(separator: ", "))]"
    }

    var customMirror: Mirror { Mirror(self, children: ["providerName": providerName, "names": names]) }
}
