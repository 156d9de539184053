internal import FoundationEssentials
public import Profiles

/// `k8s-secret`: a manifest of a `v1` `Secret` for Kubernetes, in YAML, with any bytes in base64 under `data`.
///
/// The Secret is called `warder`, in the namespace of the command that applies it. For another name, pass the manifest through
/// `kubectl patch --local -f - --type merge -p '{"metadata":{"name":"NAME"}}' -o yaml`. `kubectl apply` keeps a copy of the manifest in
/// an annotation, and takes no more than 256 KiB; `kubectl apply --server-side`, `create` and `replace` keep none. A container that gets
/// the Secret as environment cannot have values with a NUL; one that mounts it as files can.
///
/// Source: https://kubernetes.io/docs/concepts/configuration/secret/
public enum KubernetesSecret: EnvironmentFormat {
    /// `k8s-secret`.
    public static let name = "k8s-secret"

    /// Bytes of all values together: `MaxSecretSize` of Kubernetes.
    private static let maximumByteCount = 1 << 20
    /// Bytes of a name.
    private static let maximumNameByteCount = 253

    /// What keeps a variable out of the format.
    public static func obstacle(to name: String, _ value: [UInt8]) -> Obstacle? {
        if name.utf8.count > maximumNameByteCount { return .longName }
        return value.count > maximumByteCount ? .overMebibyte : nil
    }

    /// Renders the variables.
    ///
    /// - Throws: ``ExportError/Code/unrepresentable``, also for values of more than 1 MiB in all; ``ExportError/Code/invalidName``.
    public static func write(_ variables: [EnvironmentVariable]) throws(ExportError) -> [UInt8] {
        let entries = try checked(variables)
        guard entries.reduce(0, { $0 + $1.value.count }) <= maximumByteCount else {
            throw ExportError(.unrepresentable, "the format \(name) cannot hold more than 1 MiB in all", hint: "use two Secrets")
        }
        var output = [UInt8](
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: warder\ntype: Opaque\ndata:\(entries.isEmpty ? " {}" : "")\n".utf8)
        for (name, value) in entries {
            output += "  \"\(name)\": \"".utf8
            output += Data(value).base64EncodedData()
            output += "\"\n".utf8
        }
        return output
    }

    /// Reads `data` and then `stringData`, which wins, of one Secret. Other fields may be there.
    ///
    /// - Throws: ``ExportError/Code/malformed`` for anything else, names that no environment has, and YAML that not all readers take alike.
    public static func read(_ bytes: [UInt8]) throws(ExportError) -> [EnvironmentEntry] {
        let document = try YAMLDocument(bytes, Self.self)
        let fields = try document.pairs(document.root)
        for (key, value) in [("apiVersion", "v1"), ("kind", "Secret")] {
            guard let field = fields.first(where: { $0.key == key }) else { throw .malformed(Self.self, line: 1) }
            guard try document.string(field.value) == value else { throw .malformed(Self.self, line: field.lines.lowerBound) }
        }
        var entries: [EnvironmentEntry] = []
        for key in ["data", "stringData"] {
            guard let field = fields.first(where: { $0.key == key }), !document.isNull(field.value) else { continue }
            for entry in try document.variables(document.pairs(field.value)) {
                guard key == "data" else {
                    entries.append(entry)
                    continue
                }
                // Kubernetes lets base64 be broken into lines.
                let digits = entry.value.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
                guard let value = Data(base64Encoded: Data(digits)) else { throw .malformed(Self.self, line: entry.lines.lowerBound) }
                entries.append(EnvironmentEntry(entry.name, [UInt8](value), lines: entry.lines))
            }
        }
        return entries
    }
}
