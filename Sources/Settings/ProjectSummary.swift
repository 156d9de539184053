/// What a project file would use if it were allowed. Names only.
public struct ProjectSummary: Equatable, Sendable {
    /// The canonical path.
    public let file: String
    /// The profiles that it defines, sorted.
    public let profiles: [String]
    /// The variables that it would set, sorted.
    public let variables: [String]
    /// The secrets that it would read, sorted.
    public let secrets: [String]
    /// What each variable would be, one line each: the variable, and its secret or its text.
    public let assignments: [String]
    /// The profiles that it extends and does not define itself, sorted.
    public let inherited: [String]

    init(_ layer: SettingsLayer) {
        file = layer.file
        profiles = layer.profiles.keys.sorted()
        let entries = layer.profiles.values.flatMap(\.entries)
        variables = Set(entries.map(\.name)).sorted()
        assignments = layer.profiles.values.sorted { $0.name < $1.name }.flatMap { profile in
            profile.entries.map { "\(profile.name): \($0.name) = \($0.shown)" }
        }
        secrets = Set(entries.flatMap(\.secrets)).sorted()
        inherited = Set(layer.profiles.values.compactMap(\.extends)).subtracting(layer.profiles.keys).sorted()
    }
}
